"""A Debian that fits one machine alone boots on other disks and NICs once it is converted."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.local.onprem import debian
from infra.proofs.commands import ROOT, Failed, run
from novacron.migration.guest.disk import opened

KEPT = ROOT / ".tools" / "guest"
NOVACRON = str(Path(sys.executable).with_name("novacron"))
SECONDS = 300
HERE = ("-drive", "file={disk},format=raw,if=virtio,snapshot=on", "3")
MACHINES = {
    "nvme": (
        "-drive",
        "file={disk},format=raw,if=none,id=d,snapshot=on -device nvme,drive=d,serial=1",
        "8",
    ),
    "virtio-scsi": (
        "-drive",
        "file={disk},format=raw,if=none,id=d,snapshot=on -device virtio-scsi-pci "
        "-device scsi-hd,drive=d",
        "9",
    ),
}
"""Disk, and the PCI slot that the NIC's name comes from. Nothing is written to the disk."""
DRIVERS = ("nvme", "ena", "xen-blkfront", "hv_storvsc", "hv_netvsc", "virtio_scsi", "gve")


def prove() -> str:
    for tool in ("debootstrap", "qemu-system-x86_64"):
        if shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            raise Failed(f"{tool} is not installed")
    with TemporaryDirectory() as name:
        source, clone = Path(name) / "source.raw", Path(name) / "clone.raw"
        debian.build(source, KEPT)
        _expect("source, where it comes from", _boot(source, HERE), debian.NIC)
        if _boot(source, MACHINES["nvme"]) is not None:
            raise Failed("the source boots from NVMe unconverted: the proof shows nothing")
        _say("source on nvme: does not boot")
        run("cp", "--sparse=always", str(source), str(clone))
        took = _convert(clone)
        _expect("converted, where it comes from", _boot(clone, HERE), debian.NIC)
        for machine, disk in MACHINES.items():
            _expect(f"converted, {machine}", _boot(clone, disk), f"ens{disk[2]}")
    return f"converted in {took:.1f} s; boots from nvme, virtio-scsi and as before on virtio-blk"


def _convert(clone: Path) -> float:
    """Seconds for the first target; nothing is left to do for the others."""
    began = time.monotonic()
    run(NOVACRON, "guest", "convert", "--disk", str(clone), "--target", "azure", "--apply")
    took = time.monotonic() - began
    for target in ("gcp", "aws", "libvirt"):
        told = run(NOVACRON, "guest", "convert", "--disk", str(clone), "--target", target)
        if "Nothing is left to do." not in told:
            raise Failed(f"something is left to do for {target}")
    with opened(clone, write=False) as found:
        image = next(found.tree.resolve("boot").glob("initrd.img-*"))
        listed = run("chroot", str(found.tree.root), "lsinitramfs", f"/boot/{image.name}")
    missing = [one for one in DRIVERS if f"/{one}.ko" not in listed]
    if missing:
        raise Failed(f"the initramfs lacks {', '.join(missing)}")
    return took


def _boot(disk: Path, machine: tuple[str, str, str]) -> str | None:
    """The guest's own line; None where it ended without one. Raises Failed: it took too long."""
    option, drive, slot = machine
    command = ["qemu-system-x86_64", "-m", "512", "-accel", "tcg", "-display", "none"]
    command += ["-no-reboot", "-serial", "stdio", option, *drive.format(disk=disk).split()]
    command += ["-netdev", "user,id=n", "-device", f"virtio-net-pci,netdev=n,addr={slot}"]
    until = time.monotonic() + SECONDS
    with subprocess.Popen(
        ["timeout", str(SECONDS), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            found = next((line for line in process.stdout if debian.READY in line), None)
        finally:
            process.terminate()
    if found is None and time.monotonic() > until:
        raise Failed(f"nothing happened in {SECONDS} s")
    return found and found.strip()


def _expect(what: str, line: str | None, nic: str) -> None:
    if line is None or nic not in line:
        raise Failed(f"{what}: {line or 'it does not boot'}")
    _say(f"{what}: {line}")


def _say(text: str) -> None:
    print(text, flush=True)
