"""Workers: instances that disks are attached to, since no API of Google's gives a disk's bytes."""

from __future__ import annotations

from typing import Any

from novacron.errors import InvalidSpec, NotFound, NotReady
from novacron.models.base import Ownership
from novacron.models.vm import Vm, VmSpec
from novacron.models.volume import Volume, VolumeState
from novacron.providers.gcp.base import place_of
from novacron.providers.gcp.compute import GcpVms
from novacron.providers.gcp.errors import blamed, translate
from novacron.providers.gcp.launch import instance
from novacron.providers.gcp.ownership import native_name, step_of
from novacron.providers.gcp.volumes import GcpVolumes
from novacron.providers.workers import AGENT, WORKER, WorkerSpec

TYPE = "e2-standard-4"
"""Four vCPUs hash a GiB/s or so, and carry 240 MB/s of balanced disks and 8 Gbps out:
https://cloud.google.com/compute/docs/disks/performance,
https://cloud.google.com/compute/docs/network-bandwidth"""


class GcpWorkers(GcpVms, GcpVolumes):
    @blamed
    def start_worker(self, spec: WorkerSpec, owner: Ownership) -> Vm:
        wanted = VmSpec(
            name=spec.name,
            region=spec.region,
            zone=spec.zone,
            vcpus=4,
            memory_mib=16384,
            instance_type=spec.instance_type or TYPE,
            image=spec.image,
            subnet_id=spec.subnet_id,
            public_ip=spec.public_ip,
        )
        launch = self.launch_of(wanted)
        request = instance(wanted, owner, launch)
        request["name"] = native_name(spec.name, owner, spec.attempt)
        request["disks"][0]["initialize_params"]["disk_name"] = request["name"]
        # https://cloud.google.com/compute/docs/instances/startup-scripts/linux
        script = {"key": "startup-script", "value": spec.startup_script}
        request["metadata"]["items"].append(script)
        step = step_of(owner, f"worker/{spec.name}/{spec.attempt}")
        operation = self.insert("instances", step, zone=launch.zone, instance_resource=request)
        return self.made_vm(request["name"], wanted, wanted, owner, launch, operation)

    def lent(self, access: dict[str, str]) -> tuple[Any, dict[str, str]]:
        """(the worker if it runs, ``access`` without it if it never will again)."""
        if WORKER not in access:
            return None, access
        gone = {name: value for name, value in access.items() if name not in (WORKER, AGENT)}
        try:
            found = self.find_instance(access[WORKER])
        except NotFound:
            return None, gone
        if found.status in ("PENDING", "PROVISIONING", "STAGING"):
            return None, access
        return (found, access) if found.status == "RUNNING" else (None, gone)

    def attached(self, disk: Any, worker: Any, mode: str) -> bool:
        """Whether the worker has the disk, under its own name; if not, it is being attached."""
        here, place = place_of(worker.self_link), place_of(disk.self_link)
        if here.zone != place.zone:
            raise InvalidSpec(f"The worker {here.id} is not in {place.zone}.", field="zone")
        if any(place_of(one.source) == place for one in worker.disks if one.source):
            return True
        entry = {
            "source": f"zones/{place.zone}/disks/{place.name}",
            "device_name": place.name,
            "mode": mode,
            "auto_delete": False,
        }
        step = f"attach/{disk.id}/{worker.id}/{disk.last_detach_timestamp}"
        told = {"zone": here.zone, "instance": here.name, "attached_disk_resource": entry}
        try:
            self.change("instances", "attach_disk_unary", step, **told)
        except Exception as error:
            if not isinstance(translate(error), NotReady):  # another disk is being attached
                raise
        return False

    def removed(self, volume_id: str) -> bool:
        """Take the next step to remove a disk of ours; whether it is gone."""
        try:
            volume: Volume = self.detach_volume(volume_id)
            if volume.attached_to is None and volume.state is not VolumeState.DELETING:
                self.delete_volume(volume_id)
            self.get_volume(volume_id)
        except NotFound:
            return True
        return False
