"""What bills without being used: stopped VMs, volumes, snapshots, images.

How long something has been stopped or detached is read from its state history, in which other news,
such as a tag, ends nothing. It begins when we first saw it: the time since is the least it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import LIST, Saving
from novacron.models.advice import Rule
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.recommendation import Action, Confidence, Evidence
from novacron.store.history import History

DELETED = frozenset({"deleted", "failed", "lost"})
LONGEST = timedelta(days=366)
"""How far back a history is read."""


def stopped_vms(scene: Scene, rule: Rule) -> Iterator[Finding]:
    volumes = {one.provider_id: one for one in _there(scene, ResourceKind.VOLUME)}
    for record in scene.records(ResourceKind.VM, rule):
        if record.state == "stopped" and record.document.get("bills_compute"):
            yield _still_allocated(scene, record)
            continue
        if record.state != "stopped" or not _bills(record):
            continue
        aged = _age(scene, _since(scene, record), rule)
        if aged is None:
            continue
        disks = record.document.get("volume_ids", [])
        addresses = record.document.get("public_ips", [])
        yield Finding(
            record=record,
            title=f"{record.name} is stopped and still bills",
            detail=f"{len(disks)} disks and {len(addresses)} public addresses bill while it is "
            f"stopped. Keep what it holds by `novacron snapshot create NAME --vm {record.id}`, "
            f"then `novacron vm delete {record.id}`.",
            saving=_stopped_saving(scene, record, [volumes.get(one) for one in disks]),
            confidence=Confidence.HIGH,
            risk="A deleted VM does not come back; its own disks go with it.",
            evidence=[aged],
        )


def _still_allocated(scene: Scene, record: ResourceRecord) -> Finding:
    """By the provider's state table: an Azure VM that was shut down from inside keeps its host."""
    return Finding(
        record=record,
        title=f"{record.name} is stopped and bills as if it ran",
        detail="It was shut down from inside and still holds its host. Stop it from outside.",
        saving=scene.prices.vm(scene.accounts[record.account_id], record),
        confidence=Confidence.HIGH,
        risk="A dynamic address and a temporary disk are lost.",
        apply=Action(operation="vm.stop", resource_id=record.id),
        revert=Action(operation="vm.start", resource_id=record.id),
    )


def _bills(record: ResourceRecord) -> bool:
    return bool(record.document.get("volume_ids") or record.document.get("public_ips"))


def _stopped_saving(
    scene: Scene, record: ResourceRecord, disks: list[ResourceRecord | None]
) -> Saving:
    parts = [scene.prices.billed(one) for one in (record, *disks) if one is not None]
    known = [part.monthly for part in parts if part is not None and part.monthly is not None]
    if not known:
        return Saving(None, LIST, "not on the bill yet", ["price"])
    formula = "what it and its disks are billed a day x 730 / 24"
    return Saving(sum(known, Decimal(0)), scene.prices.bill.currency, formula)


def volumes(scene: Scene, rule: Rule) -> Iterator[Finding]:
    used = {
        disk for vm in _there(scene, ResourceKind.VM) for disk in vm.document.get("volume_ids", [])
    }
    for record in scene.records(ResourceKind.VOLUME, rule):
        if record.state != "available" or record.provider_id in used:
            continue
        aged = _age(scene, _since(scene, record), rule)
        if aged is None:
            continue
        yield Finding(
            record=record,
            title=f"{record.name} is attached to nothing",
            detail=f"Delete its {record.document.get('size_gib')} GiB; a snapshot is taken first "
            "and kept, so that the volume can be made again.",
            saving=scene.prices.storage(scene.accounts[record.account_id], record),
            confidence=Confidence.HIGH,
            risk="What attaches it by its id does not find the one that is made again.",
            unknown=["price of the snapshot that is kept"],
            evidence=[aged],
            apply=Action(operation="volume.delete", resource_id=record.id),
            revert=Action(operation="volume.create", resource_id=record.id, body=_again(record)),
        )


def snapshots(scene: Scene, rule: Rule) -> Iterator[Finding]:
    there = {one.provider_id for one in _there(scene, ResourceKind.VOLUME)}
    there |= {
        disk for vm in _there(scene, ResourceKind.VM) for disk in vm.document.get("volume_ids", [])
    }
    for record, aged in _old(scene, rule, ResourceKind.SNAPSHOT):
        if record.document.get("volume_id") not in there:
            yield _to_delete(
                scene,
                record,
                aged,
                title=f"{record.name} is old, and its volume is gone",
                detail="Delete it if it is no backup that you must keep.",
                risk="It may be the last copy. A provider refuses while an image needs it.",
            )


def images(scene: Scene, rule: Rule) -> Iterator[Finding]:
    used = {vm.document.get("image_id") for vm in _there(scene, ResourceKind.VM)}
    for record, aged in _old(scene, rule, ResourceKind.IMAGE):
        if record.provider_id not in used:
            yield _to_delete(
                scene,
                record,
                aged,
                title=f"No VM here is made from {record.name}",
                detail="Delete it if no template elsewhere names it.",
                risk="Templates and accounts that we do not see may use it.",
                unknown=["use outside of this inventory"],
            )


def _old(scene: Scene, rule: Rule, kind: ResourceKind) -> Iterator[tuple[ResourceRecord, Evidence]]:
    for record in scene.records(kind, rule):
        aged = _age(scene, _made(record), rule)
        if record.state == "ready" and aged is not None:
            yield record, aged


def _to_delete(scene: Scene, record: ResourceRecord, aged: Evidence, **told: Any) -> Finding:
    """Only its owner knows whether it is needed, and nothing brings it back."""
    return Finding(
        record=record,
        saving=scene.prices.storage(scene.accounts[record.account_id], record),
        confidence=Confidence.LOW,
        evidence=[aged],
        apply=Action(operation=f"{record.kind.value}.delete", resource_id=record.id),
        **told,
    )


def _there(scene: Scene, kind: ResourceKind) -> list[ResourceRecord]:
    return [one for one in scene.everything if one.kind is kind and one.state not in DELETED]


def _again(record: ResourceRecord) -> dict[str, object]:
    """The spec of the same volume; its snapshot is added when it has been taken."""
    told = record.document
    return {
        "name": record.name,
        "region": record.region,
        "zone": told.get("zone"),
        "size_gib": told.get("size_gib"),
        "volume_class": told.get("volume_class"),
        "tags": told.get("tags", {}),
    }


def _since(scene: Scene, record: ResourceRecord) -> datetime:
    """From when on its state is what it is now, as far as that is known."""
    history = History(scene.services.store.table)
    changes = history.of(scene.tenant, record.id, scene.now - LONGEST, scene.now)
    same = takewhile(lambda one: one.state == record.state, reversed(changes))
    return min((one.at for one in same), default=record.observed_at)


def _made(record: ResourceRecord) -> datetime:
    told = record.document.get("created_at")
    return datetime.fromisoformat(told) if told else record.created_at


def _age(scene: Scene, since: datetime, rule: Rule) -> Evidence | None:
    """None: not old enough."""
    age = scene.now - since
    if age < timedelta(hours=rule.window_hours):
        return None
    return Evidence(
        signal="hours since its state changed",
        window_hours=rule.window_hours,
        observed=round(age / timedelta(hours=1), 1),
        threshold=rule.window_hours,
        unit="hours",
    )
