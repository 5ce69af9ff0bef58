"""A small real guest that boots from its own disk: MBR, syslinux on FAT, ext4 root, busybox.

Made without mounts and without root. Its kernel is the distribution's cloud kernel.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

MIB = 1024 * 1024
BOOT_MIB = 48
ROOT_MIB = 64
SECTOR = 512
FIRST_SECTOR = 2048
READY = "novacron guest ready"
"""Starts the line on the serial console that says that the guest is up."""
SEED = "novacron guest seed"
"""Starts the line that shows the last line of the user data, where a seed is there."""
WRITE = "#write vdb"
"""User data that ends so makes the guest write numbered records to its second disk, for good."""
WROTE = "novacron guest wrote"
"""Starts the line that acknowledges a record, by its number, once it is on the disk."""
RECORD_BYTES = 4096
MODULES = ["virtio_pci", "virtio_blk", "virtio_net", "virtio_rng", "ext4", "button", "evdev"]
SEED_MODULES = ["ata_piix", "sr_mod", "isofs"]
HERE = Path(__file__).parent
ROOTS = (Path("/"), HERE.parents[2] / ".tools" / "kernel")
"""Installed, or unpacked by ``infra/local/system.sh``."""


def kernel() -> Path | None:
    """The newest installed cloud kernel that can be read and has its modules."""
    found = [one for root in ROOTS for one in sorted((root / "boot").glob("vmlinuz-*cloud-amd64"))]
    usable = [one for one in found if os.access(one, os.R_OK) and _modules(one).is_dir()]
    return usable[-1] if usable else None


def build(target: Path) -> None:
    """Write the disk as qcow2. CalledProcessError: a tool failed."""
    image = kernel()
    if image is None:
        raise FileNotFoundError("no linux-image-cloud-amd64 under /boot")
    with TemporaryDirectory() as name:
        folder = Path(name)
        _boot(folder, image)
        _root(folder, image)
        _join(folder, target)


def record(number: int) -> bytes:
    """What the guest writes at ``number * RECORD_BYTES``; 0 marks the disk."""
    told = f"record {number}\n".encode()
    line = f"record {number} {sha256(told).hexdigest()}\n"
    return line.encode().ljust(RECORD_BYTES, b"\0")


def _modules(image: Path) -> Path:
    return image.parents[1] / "lib" / "modules" / image.name.removeprefix("vmlinuz-")


def _boot(folder: Path, image: Path) -> None:
    tree = folder / "initramfs"
    _busybox(tree)
    _copy_modules(tree, _modules(image), MODULES)
    shutil.copy(HERE / "initramfs.sh", tree / "init")
    (tree / "init").chmod(0o755)
    packed = folder / "initrd"
    with packed.open("wb") as output:
        listed = subprocess.run(["find", "."], cwd=tree, capture_output=True, check=True).stdout
        command = ["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"]
        subprocess.run(command, cwd=tree, input=listed, stdout=output, check=True)
    disk = folder / "boot"
    _run("mkfs.vfat", "-C", str(disk), str(BOOT_MIB * 1024))
    config = folder / "syslinux.cfg"
    config.write_text(
        "DEFAULT guest\nPROMPT 0\nLABEL guest\nLINUX vmlinuz\nINITRD initrd\n"
        "APPEND console=ttyS0 quiet mitigations=off nokaslr tsc=reliable\n"
    )
    for source, name in ((image, "vmlinuz"), (packed, "initrd"), (config, "syslinux.cfg")):
        _run("mcopy", "-i", str(disk), str(source), f"::{name}")
    _run("syslinux", "--install", str(disk))


def _copy_modules(tree: Path, source: Path, names: list[str]) -> None:
    """The modules, what they need, and the index by which modprobe finds them."""
    needs = {}
    for line in (source / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        needs[path.rpartition("/")[2].partition(".")[0].replace("-", "_")] = (path, others.split())
    wanted = {one for name in names if name in needs for one in (needs[name][0], *needs[name][1])}
    target = tree / "lib" / "modules" / source.name
    for path in wanted:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / path, target / path)
    for name in ("modules.builtin", "modules.order"):
        shutil.copy(source / name, target / name)
    _run("depmod", "-b", str(tree), source.name)


def _root(folder: Path, image: Path) -> None:
    tree = folder / "root"
    _busybox(tree)
    _copy_modules(tree, _modules(image), SEED_MODULES)
    shutil.copy(HERE / "init.sh", tree / "sbin" / "init")
    (tree / "sbin" / "init").chmod(0o755)
    button = tree / "etc" / "acpi" / "PWRF" / "00000080"
    button.parent.mkdir(parents=True)
    button.write_text("#!/bin/sh\necho 'novacron guest stops' > /dev/ttyS0\nsync\npoweroff -f\n")
    button.chmod(0o755)
    lease = tree / "usr" / "share" / "udhcpc" / "default.script"
    lease.parent.mkdir(parents=True)
    shutil.copy(HERE / "udhcpc.sh", lease)
    lease.chmod(0o755)
    _run("mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(folder / "ext4"), f"{ROOT_MIB}M")


def _busybox(tree: Path) -> None:
    for name in ("bin", "sbin", "dev", "proc", "sys", "etc", "tmp", "mnt"):
        (tree / name).mkdir(parents=True)
    found = shutil.which("busybox")
    assert found is not None
    shutil.copy(found, tree / "bin" / "busybox")
    (tree / "bin" / "sh").symlink_to("busybox")


def _join(folder: Path, target: Path) -> None:
    raw = folder / "disk"
    with raw.open("wb") as disk:
        disk.truncate(FIRST_SECTOR * SECTOR + (BOOT_MIB + ROOT_MIB) * MIB)
    boot = BOOT_MIB * MIB // SECTOR
    table = f"label: dos\nstart={FIRST_SECTOR}, size={boot}, type=c, bootable\n"
    table += f"start={FIRST_SECTOR + boot}, size={ROOT_MIB * MIB // SECTOR}, type=83\n"
    subprocess.run(["sfdisk", "-q", str(raw)], input=table.encode(), check=True)
    with raw.open("r+b") as disk:
        disk.write(Path("/usr/lib/syslinux/mbr/mbr.bin").read_bytes()[:440])
        for name, sector in (("boot", FIRST_SECTOR), ("ext4", FIRST_SECTOR + boot)):
            disk.seek(sector * SECTOR)
            disk.write((folder / name).read_bytes())
    _run("qemu-img", "convert", "-O", "qcow2", str(raw), str(target))


def _run(*command: str) -> None:
    """Tools of the system's administrator stand outside an ordinary user's path."""
    env = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "MTOOLS_SKIP_CHECK": "1"}
    subprocess.run(command, check=True, capture_output=True, env=env)
