"""The VM's disks and what they become."""

from __future__ import annotations

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.volumes import native_volume
from novacron.migration.assess.codes import blocker, warning
from novacron.migration.assess.facts import Facts
from novacron.migration.assess.figures import LARGEST_BOOT_DISK_GIB
from novacron.models.account import ProviderType
from novacron.models.assessment import Check, TargetDisk
from novacron.models.volume import Volume, VolumeClass

ARRIVES_AS = VolumeClass.BALANCED
"""``ImportSpec`` of the engine names no class."""


def disks_of(facts: Facts) -> tuple[list[TargetDisk], list[Check]]:
    """Boot disk first."""
    if not facts.volumes:
        told = "No disk of the VM can be seen."
        return [], [blocker("disk.unknown", told, "See whether the source's account may read it.")]
    disks, checks = [], []
    for index, volume in enumerate(facts.volumes):
        native, check = _native(facts.target.type, volume, boots=index == 0)
        checks += [check] if check else []
        if volume.volume_class is not ARRIVES_AS:
            told = f"{volume.id} is {volume.volume_class.value}; it arrives {ARRIVES_AS.value}."
            checks.append(warning("disk.class", told, "Change the class after the cutover."))
        disks.append(
            TargetDisk(
                volume_id=volume.id,
                size_gib=volume.size_gib,
                source_class=volume.volume_class,
                native_type=native,
            )
        )
    return disks, checks


def _native(target: ProviderType, volume: Volume, boots: bool) -> tuple[str | None, Check | None]:
    kind = ProviderType.LIBVIRT if target is ProviderType.AGENT else target
    most = LARGEST_BOOT_DISK_GIB.get(target)
    if boots and most is not None and volume.size_gib > most:
        told = f"{volume.id} has {volume.size_gib} GiB; a boot disk has at most {most} there."
        return None, blocker("disk.size", told, "Move its data to a second disk.")
    try:
        return native_volume(kind, ARRIVES_AS, volume.size_gib).type, None
    except (InvalidSpec, Unsupported) as error:
        told = f"{volume.id} has {volume.size_gib} GiB: {error.detail}."
        return None, blocker("disk.size", told, "Split it in the guest first.")
