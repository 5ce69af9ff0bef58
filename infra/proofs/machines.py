"""Emulated machines that a disk is tried in, and what it says on the serial port."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from infra.local.onprem import debian
from infra.proofs.commands import ROOT, Failed

KEPT = ROOT / ".tools" / "guest"
"""What the guests' disks are made from."""
SECONDS = 900
"""For a boot and an initramfs made in an emulated CPU."""
FIRMWARE = Path("/usr/share/OVMF")


class Machine(NamedTuple):
    """``slot``: of the NIC on the PCI bus, which its name comes from. ``uefi``: its firmware, which
    has never seen the disk, instead of a BIOS. ``stick``: a folder that it has as a USB stick."""

    name: str
    disk: str
    slot: int
    uefi: bool = False
    stick: Path | None = None


HOME = Machine("virtio-blk", "virtio-blk-pci,drive=d", 3)
OTHERS = (
    Machine("NVMe", "nvme,drive=d,serial=1", 8),
    Machine("virtio-scsi", "virtio-scsi-pci -device scsi-hd,drive=d", 9),
)


def needed(*tools: str) -> None:
    """Raises Failed: one is not installed."""
    for tool in ("debootstrap", "qemu-system-x86_64", *tools):
        if shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            raise Failed(f"{tool} is not installed")


def prepared(disk: Path, machine: Machine) -> float:
    """Seconds that the guest took for it."""
    lines = boot(disk, machine, debian.RAN, keep=True)
    if f"{debian.RAN}: 0" not in "".join(line for line, _ in lines):
        raise Failed(f"it did not prepare itself: {''.join(line for line, _ in lines)[-2000:]}")
    return lines[-1][1] - next(at for line, at in lines if debian.READY in line)


def boots(what: str, disk: Path, machine: Machine) -> None:
    """On a NIC of the machine's own name."""
    lines = boot(disk, machine, debian.READY)
    last = lines[-1][0].strip() if lines else "nothing"
    if debian.READY not in last or f"ens{machine.slot} " not in last:
        raise Failed(f"{what}, {machine.name}: {last}")
    print(f"{what}, {machine.name}: {last}", flush=True)


def boot(
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
    # OVMF connects no device but those that are to be booted from, and GRUB sees no other disk.
    order = ",bootindex=1" if machine.uefi else ""
    command += ["-drive", drive, "-device", *f"{machine.disk}{order}".split()]
    if machine.uefi:
        told = disk.with_suffix(".vars")
        shutil.copy(FIRMWARE / "OVMF_VARS_4M.fd", told)
        for file, kept in ((FIRMWARE / "OVMF_CODE_4M.fd", "on"), (told, "off")):
            command += ["-drive", f"if=pflash,format=raw,file={file},readonly={kept}"]
    if machine.stick:
        command += ["-drive", f"file=fat:{machine.stick},format=raw,if=none,id=s,readonly=on"]
        command += ["-device", "qemu-xhci", "-device", "usb-storage,drive=s,bootindex=0"]
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
