"""A Debian that fits one machine alone boots on other disks and NICs once it is converted."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from infra.local.onprem import debian
from infra.proofs.commands import ROOT, Failed, run
from novacron.migration.guest.bundle import bundle
from novacron.migration.guest.commands import run_in
from novacron.migration.guest.disk import opened

KEPT = ROOT / ".tools" / "guest"
NOVACRON = str(Path(sys.executable).with_name("novacron"))
SECONDS = 900
"""For a boot and an initramfs made in an emulated CPU."""
DRIVERS = ("nvme", "ena", "xen-blkfront", "hv_storvsc", "hv_netvsc", "virtio_scsi", "gve")
TARGETS = ("azure", "gcp", "aws", "libvirt")


class Machine(NamedTuple):
    """``slot``: of the NIC on the PCI bus, which its name comes from."""

    name: str
    disk: str
    slot: int


HOME = Machine("virtio-blk", "virtio-blk-pci,drive=d", 3)
OTHERS = (
    Machine("NVMe", "nvme,drive=d,serial=1", 8),
    Machine("virtio-scsi", "virtio-scsi-pci -device scsi-hd,drive=d", 9),
)


def prove() -> str:
    for tool in ("debootstrap", "qemu-system-x86_64"):
        if shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            raise Failed(f"{tool} is not installed")
    with TemporaryDirectory() as name:
        on_clone = _clone(Path(name))
        inside = _inside(Path(name))
    boots = ", ".join(one.name for one in (HOME, *OTHERS))
    return f"converted on a clone in {on_clone:.1f} s, inside the guest in {inside:.0f} s: {boots}"


def _clone(folder: Path) -> float:
    """Seconds that the conversion of a clone took."""
    source, clone = folder / "source.raw", folder / "clone.raw"
    debian.build(source, KEPT)
    _boots("source", source, HOME)
    if _boot(source, OTHERS[0], debian.READY):
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
        _boots("clone", clone, machine)
    return took


def _inside(folder: Path) -> float:
    """Seconds from the guest's being up to its having prepared itself, its CPU being emulated."""
    disk, program = folder / "running.raw", folder / "novacron-guest.pyz"
    bundle(program)
    debian.build(disk, KEPT, program, "prepare --target aws --apply")
    lines = _boot(disk, HOME, debian.RAN, keep=True)
    if f"{debian.RAN}: 0" not in "".join(line for line, _ in lines):
        raise Failed(f"it did not prepare itself: {''.join(line for line, _ in lines)[-2000:]}")
    up = next(at for line, at in lines if debian.READY in line)
    _has_drivers(disk)
    for machine in (HOME, *OTHERS):
        _boots("prepared while it ran", disk, machine)
    return lines[-1][1] - up


def _convert(clone: Path, target: str, *more: str) -> str:
    return run(NOVACRON, "guest", "convert", "--disk", str(clone), "--target", target, *more)


def _has_drivers(disk: Path) -> None:
    with opened(disk, write=False) as found:
        image = next(found.tree.resolve("boot").glob("initrd.img-*"))
        listed = run_in(found.tree.root, "lsinitramfs", f"/boot/{image.name}")
    missing = [one for one in DRIVERS if f"/{one}.ko" not in listed]
    if missing:
        raise Failed(f"the initramfs lacks {', '.join(missing)}")


def _boots(what: str, disk: Path, machine: Machine) -> None:
    """On a NIC of the machine's own name."""
    lines = _boot(disk, machine, debian.READY)
    last = lines[-1][0].strip() if lines else "nothing"
    if debian.READY not in last or f"ens{machine.slot} " not in last:
        raise Failed(f"{what}, {machine.name}: {last}")
    print(f"{what}, {machine.name}: {last}", flush=True)


def _boot(
    disk: Path, machine: Machine, until: str, *, keep: bool = False
) -> list[tuple[str, float]]:
    """What it said on its serial port up to ``until``, and when; empty where it ended without.

    ``keep``: what it writes stays on the disk. Raises Failed: it took too long.
    """
    command = ["qemu-system-x86_64", "-m", "512", "-accel", "tcg", "-display", "none"]
    command += ["-no-reboot", "-serial", "stdio"]
    drive = f"file={disk},format=raw,if=none,id=d,snapshot={'off' if keep else 'on'}"
    # The NIC first: a disk takes any slot that is free.
    nic = f"virtio-net-pci,netdev=n,addr={machine.slot}"
    command += ["-netdev", "user,id=n", "-device", nic]
    command += ["-drive", drive, "-device", *machine.disk.split()]
    said: list[tuple[str, float]] = []
    with subprocess.Popen(
        ["timeout", str(SECONDS), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                said.append((line, time.monotonic()))
                if until in line:
                    return said
        finally:
            process.terminate()
    if process.returncode == 124:
        raise Failed(f"{machine.name}: no {until!r} in {SECONDS} s")
    return []
