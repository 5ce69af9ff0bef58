"""Instances: insert, delete.

https://cloud.google.com/compute/docs/instances/create-start-instance
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

from ..catalog import ZONES
from ..errors import GoogleError, invalid
from ..operations import effect
from ..project import LocalProject
from ..routes import ROUTES, route
from ..rules import NAME, fingerprint, timestamp
from ..store import Body, path_of
from ..wire import Call
from .attachments import Attachment, attachments, release_all, use
from .disks import copy_source
from .generic import deleting, new_body, offer
from .interfaces import give_external, interfaces
from .kinds import INSTANCES
from .machines import check_disk_fits, default_disk_type, machine_of
from .quotas import check_quota, disk_metric

offer(INSTANCES, aggregate=True)
_KEPT = (
    "advancedMachineFeatures",
    "canIpForward",
    "confidentialInstanceConfig",
    "deletionProtection",
    "displayDevice",
    "hostname",
    "minCpuPlatform",
    "resourcePolicies",
    "serviceAccounts",
    "shieldedInstanceConfig",
)


@route("instances.insert")
def insert(project: LocalProject, call: Call) -> Body:
    """The instance and its disks are there at once; a failed operation takes them away again."""
    for name in ("sourceInstanceTemplate", "sourceMachineImage"):
        if name in call.params:
            raise invalid(name, call.params[name], "Not supported by this local project.")
    path, body = new_body(project, call, INSTANCES)
    zone = call.params["zone"]
    zone_path = f"{project.root}/zones/{zone}"
    asked = copy.deepcopy(call.body)
    machine = machine_of(project, asked.get("machineType"), zone_path)
    body |= {name: asked[name] for name in _KEPT if name in asked}
    body |= {
        "machineType": machine["selfLink"],
        "status": "PROVISIONING",
        "cpuPlatform": "Ampere Altra" if machine["architecture"] == "ARM64" else "Intel Broadwell",
        "scheduling": _scheduling(asked.get("scheduling", {})),
        "tags": tags(asked.get("tags", {})),
        "metadata": metadata(asked.get("metadata", {})),
        "networkInterfaces": interfaces(project, zone, asked.get("networkInterfaces", [])),
        "startRestricted": False,
        "deletionProtection": asked.get("deletionProtection", False),
    }
    disks = attachments(project, path, asked.get("disks", []), default_disk_type(machine))
    for disk in disks:
        check_disk_fits(machine, disk.disk)
    failed = check_quota(project, ZONES[zone], _needs(machine, body, disks))
    made = [path_of(each.disk["selfLink"]) for each in disks if each.new]
    _store(project, path, body, disks)
    return project.operations.start(
        call,
        "insert",
        path,
        effect="instance.run",
        undo="instance.undo",
        failure=failed,
        arguments={"made": made},
    )


def _needs(machine: Body, body: Body, disks: list[Attachment]) -> Counter[str]:
    """What it takes of the region's quotas."""
    needs = Counter({"INSTANCES": 1, "CPUS": machine["guestCpus"]})
    needs["IN_USE_ADDRESSES"] = sum(
        len(nic.get("accessConfigs", [])) for nic in body["networkInterfaces"]
    )
    for disk in disks:
        if disk.new:
            metric = disk_metric(disk.disk["type"].rpartition("/")[2])
            needs[metric] += int(disk.disk["sizeGb"])
    return needs


def _store(project: LocalProject, path: str, body: Body, disks: list[Attachment]) -> None:
    for each in disks:
        if each.new:
            project.store.items[path_of(each.disk["selfLink"])] = each.disk
            copy_source(project, each.disk)
        use(project, each.disk, path)
    body["disks"] = [each.entry for each in disks]
    give_external(project, body)
    project.store.items[path] = body


def _scheduling(asked: Body) -> Body:
    """https://cloud.google.com/compute/docs/instances/spot: a Spot VM cannot migrate or restart."""
    spot = asked.get("provisioningModel") == "SPOT" or asked.get("preemptible", False)
    if spot and (asked.get("automaticRestart") or asked.get("onHostMaintenance") == "MIGRATE"):
        raise invalid(
            "resource.scheduling", "", "Spot VMs neither migrate nor restart by themselves."
        )
    if not spot and asked.get("instanceTerminationAction"):
        raise invalid("resource.scheduling.instanceTerminationAction", "", "For Spot VMs only.")
    return {
        "automaticRestart": not spot,
        "onHostMaintenance": "TERMINATE" if spot else "MIGRATE",
        "preemptible": spot,
        "provisioningModel": "SPOT" if spot else "STANDARD",
        **({"instanceTerminationAction": "STOP"} if spot else {}),
        **{k: v for k, v in asked.items() if k != "preemptible"},
    }


def tags(asked: Body) -> Body:
    """https://cloud.google.com/vpc/docs/add-remove-network-tags#restrictions"""
    items = sorted(set(asked.get("items", [])))
    if len(items) > 64:
        raise invalid("resource.tags.items", len(items), "At most 64 tags are allowed.")
    for tag in items:
        if not re.fullmatch(NAME, tag):
            raise invalid("resource.tags.items", tag, f"Must be a match of regex '{NAME}'")
    return {"fingerprint": fingerprint(items)} | ({"items": items} if items else {})


def metadata(asked: Body) -> Body:
    """https://cloud.google.com/compute/docs/metadata/setting-custom-metadata#limitations"""
    items = asked.get("items", [])
    keys = [item.get("key", "") for item in items]
    for item in items:
        if not re.fullmatch(r"[\w-]{1,128}", item.get("key", "")) or keys.count(item["key"]) > 1:
            raise invalid(
                "resource.metadata.items.key", item.get("key", ""), "Invalid or repeated."
            )
        if len(item.get("value", "").encode()) > 256 * 1024:
            raise invalid("resource.metadata.items.value", item["key"], "At most 256 KiB.")
    body: Body = {"kind": "compute#metadata", "fingerprint": fingerprint(items)}
    return body | ({"items": items} if items else {})


def _check_deletable(_project: LocalProject, path: str, body: Body) -> None:
    """https://cloud.google.com/compute/docs/instances/preventing-accidental-vm-deletion"""
    if body["deletionProtection"]:
        raise GoogleError(
            400,
            "invalidResourceUsage",
            f"Invalid resource usage: 'Resource cannot be deleted if it's protected against "
            f"deletion: {path}'.",
        )


@effect("instance.run")
def _run(project: LocalProject, path: str, _arguments: dict[str, Any]) -> None:
    body = project.store.items[path]
    body["status"] = "RUNNING"
    body["lastStartTimestamp"] = timestamp(project.clock.now())
    project.guests.boot(body)


@effect("instance.undo")
def _undo(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    release_all(project, project.store.items.pop(path), only=arguments["made"])


@effect("instance.remove")
def _remove(project: LocalProject, path: str, _arguments: dict[str, Any]) -> None:
    project.guests.stop(project.store.items[path])
    release_all(project, project.store.items.pop(path))
    project.console.pop(path, None)


ROUTES["instances.delete"] = deleting(
    INSTANCES, _check_deletable, "STOPPING", effect="instance.remove"
)
