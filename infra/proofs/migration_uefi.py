"""A Debian that boots from one firmware alone boots from new UEFI once it prepared itself."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from infra.local.onprem import debian
from infra.proofs.commands import Failed
from infra.proofs.machines import FIRMWARE, HOME, KEPT, OTHERS, boot, boots, needed, prepared
from novacron.migration.guest.bundle import bundle

NOTHING_BOOTS = "UEFI Interactive Shell"
"""What the firmware ends with."""
MACHINES = [one._replace(uefi=True) for one in (HOME, *OTHERS)]


def prove() -> str:
    needed("mkfs.fat", "mcopy")
    if not FIRMWARE.is_dir():
        raise Failed("OVMF is not installed")
    with TemporaryDirectory() as name:
        took = _uefi(Path(name))
    names = ", ".join(one.name for one in MACHINES)
    return f"prepared inside the guest in {took:.0f} s, boots from new firmware: {names}"


def _uefi(folder: Path) -> float:
    """A new machine's firmware does not know the loader's name; the old one's knowledge is played
    by a stick with the loader on it. Returns the seconds that the guest took."""
    disk, program, stick = (folder / name for name in ("uefi.raw", "uefi.pyz", "stick"))
    bundle(program)
    debian.build(disk, KEPT, program, "prepare --target azure --apply", stick=stick)
    if not boot(disk, MACHINES[0], NOTHING_BOOTS):
        raise Failed("the source boots on a new firmware unprepared: the proof shows nothing")
    print("source, new UEFI: does not boot", flush=True)
    took = prepared(disk, MACHINES[0]._replace(stick=stick))
    for machine in MACHINES:
        boots("prepared while it ran", disk, machine)
    return took
