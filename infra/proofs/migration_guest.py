"""A Debian that fits one machine alone boots on other disks and NICs once it is converted."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.local.onprem import debian
from infra.proofs.commands import Failed, run
from infra.proofs.machines import HOME, KEPT, OTHERS, boot, boots, needed, prepared
from novacron.migration.guest.bundle import bundle
from novacron.migration.guest.commands import run_in
from novacron.migration.guest.disk import opened

NOVACRON = str(Path(sys.executable).with_name("novacron"))
DRIVERS = ("nvme", "ena", "xen-blkfront", "hv_storvsc", "hv_netvsc", "virtio_scsi", "gve")
TARGETS = ("azure", "gcp", "aws", "libvirt")


def prove() -> str:
    needed()
    with TemporaryDirectory() as name:
        on_clone = _clone(Path(name))
        inside = _inside(Path(name))
    names = ", ".join(one.name for one in (HOME, *OTHERS))
    return f"converted on a clone in {on_clone:.1f} s, inside the guest in {inside:.0f} s: {names}"


def _clone(folder: Path) -> float:
    """Seconds that the conversion of a clone took."""
    source, clone = folder / "source.raw", folder / "clone.raw"
    debian.build(source, KEPT)
    boots("source", source, HOME)
    if boot(source, OTHERS[0], debian.READY):
        raise Failed("the source boots from NVMe unconverted: the proof shows nothing")
    print("source, NVMe: does not boot", flush=True)
    run("cp", "--sparse=always", str(source), str(clone))
    began = time.monotonic()
    _convert(clone, TARGETS[0], "--apply")
    took = time.monotonic() - began
    for target in TARGETS:
        if "Nothing is left to do." not in _convert(clone, target):
            raise Failed(f"something is left to do for {target}")
    _has_drivers(clone)
    for machine in (HOME, *OTHERS):
        boots("clone", clone, machine)
    return took


def _inside(folder: Path) -> float:
    """Seconds from the guest's being up to its having prepared itself, its CPU being emulated."""
    disk, program = folder / "running.raw", folder / "novacron-guest.pyz"
    bundle(program)
    debian.build(disk, KEPT, program, "prepare --target aws --apply")
    took = prepared(disk, HOME)
    _has_drivers(disk)
    for machine in (HOME, *OTHERS):
        boots("prepared while it ran", disk, machine)
    return took


def _convert(clone: Path, target: str, *more: str) -> str:
    return run(NOVACRON, "guest", "convert", "--disk", str(clone), "--target", target, *more)


def _has_drivers(disk: Path) -> None:
    with opened(disk, write=False) as found:
        image = next(found.tree.resolve("boot").glob("initrd.img-*"))
        listed = run_in(found.tree.root, "lsinitramfs", f"/boot/{image.name}")
    missing = [one for one in DRIVERS if f"/{one}.ko" not in listed]
    if missing:
        raise Failed(f"the initramfs lacks {', '.join(missing)}")
