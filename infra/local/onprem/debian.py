"""An ordinary Debian that boots from its own disk by GRUB, and fits one machine alone.

Its initramfs has the driver of one disk; fstab and kernel command line name that disk, and its
network that NIC. With UEFI its loader has a name of its own, which only that machine's firmware
was told.

Needs root, debootstrap and a Debian mirror.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

MIB = 1024 * 1024
SIZE_MIB = 1536
FIRST_MIB = 1
ESP_MIB = 40
"""At the disk's end, so that the root has one number with either firmware."""
ROOT_UUID = "7d1c9f0a-5a0e-4f0c-9d52-6f5a3c1b8e42"
MIRROR = "http://deb.debian.org/debian"
NIC = "ens3"
READY = "novacron guest ready"
"""Starts the line on the serial port that says that the guest is up and has an address."""
RAN = "novacron guest ran"
"""Starts the line that shows with what code the program ended that ``build`` was given."""
PROGRAM = "root/program.pyz"
PACKAGES = (
    "linux-image-amd64,initramfs-tools,systemd-sysv,udev,kmod,grub-pc-bin,grub-efi-amd64-bin,"
    "grub2-common,ifupdown,isc-dhcp-client,iproute2,zstd,python3"
)
GRUB_MODULES = "part_msdos part_gpt ext2 search search_fs_uuid configfile normal linux echo serial"
EARLY = f"search --no-floppy --fs-uuid --set=root {ROOT_UUID}\nset prefix=($root)/boot/grub\n"
# panic: an initramfs that finds no root starts again, which -no-reboot turns into an end.
GRUB = """set timeout=0
menuentry Debian {{
  linux /boot/vmlinuz-{release} root=/dev/vda1 ro quiet panic=1 rootdelay=1
  initrd /boot/initrd.img-{release}
}}
if [ -f $prefix/custom.cfg ]; then source $prefix/custom.cfg; fi
"""
READY_SCRIPT = f"""#!/bin/sh
until address=$(ip -4 -o address show scope global | awk '{{print $2, $4; exit}}') \
  && [ -n "$address" ]; do sleep 1; done
echo "{READY}: root on $(findmnt -no SOURCE /), $address" > /dev/ttyS0
[ -f /{PROGRAM} ] || exit 0
python3 /{PROGRAM} $(cat /{PROGRAM}.arguments) > /dev/ttyS0 2>&1
code=$?
sync
echo "{RAN}: $code" > /dev/ttyS0
"""
READY_UNIT = """[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/ready
[Install]
WantedBy=multi-user.target
"""


def build(
    target: Path,
    base: Path,
    program: Path | None = None,
    arguments: str = "",
    *,
    stick: Path | None = None,
) -> None:
    """Write a raw disk. ``base`` keeps what was downloaded; the guest runs ``program``, a Python
    zip, once it is up. With ``stick`` it boots by UEFI: from that folder, which holds its loader as
    any firmware finds it, and not from its own disk. CalledProcessError: a tool failed."""
    packed = base / "debian.tar"
    if not packed.exists():
        _bootstrap(packed)
    with TemporaryDirectory() as name:
        root = Path(name) / "root"
        root.mkdir()
        _run("tar", "-C", str(root), "-xpf", str(packed))
        _configure(root)
        core = _loader(root, "i386-pc" if stick is None else "x86_64-efi")
        if program is not None:
            shutil.copy(program, root / PROGRAM)
            (root / f"{PROGRAM}.arguments").write_text(arguments)
        if stick is None:
            _write(root, core, target)
        else:
            _write_uefi(root, core, target)
            (stick / "EFI/BOOT").mkdir(parents=True)
            (stick / "EFI/BOOT/BOOTX64.EFI").write_bytes(core)


def _bootstrap(packed: Path) -> None:
    packed.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        root = Path(name) / "root"
        _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", root, MIRROR)
        for unneeded in ("var/cache/apt/archives", "usr/share/doc", "usr/share/locale"):
            shutil.rmtree(root / unneeded)
        (root / "var/cache/apt/archives/partial").mkdir(parents=True)
        fresh = packed.with_suffix(".part")
        _run("tar", "-C", root, "-cpf", fresh, ".")
        fresh.rename(packed)


def _configure(root: Path) -> None:
    """Tie it to its machine."""
    settings = root / "etc/initramfs-tools"
    conf = settings / "initramfs.conf"
    conf.write_text(conf.read_text().replace("MODULES=most", "MODULES=list"))
    (settings / "modules").write_text("virtio_pci\nvirtio_blk\next4\n")
    _run("chroot", root, "update-initramfs", "-u", "-k", "all")
    release = next((root / "lib/modules").iterdir()).name
    grub = root / "boot/grub"
    grub.mkdir(exist_ok=True)
    (grub / "grub.cfg").write_text(GRUB.format(release=release))
    (root / "etc/fstab").write_text("/dev/vda1 / ext4 errors=remount-ro 0 1\n")
    (root / "etc/network/interfaces").write_text(
        f"auto lo\niface lo inet loopback\nallow-hotplug {NIC}\niface {NIC} inet dhcp\n"
    )
    (root / "etc/hostname").write_text("guest\n")
    script = root / "usr/local/sbin/ready"
    script.write_text(READY_SCRIPT)
    script.chmod(0o755)
    (root / "etc/systemd/system/ready.service").write_text(READY_UNIT)
    _run("chroot", root, "systemctl", "enable", "ready.service")


def _loader(root: Path, kind: str) -> bytes:
    """GRUB's core image."""
    more = ["biosdisk"] if kind == "i386-pc" else ["fat"]
    shutil.copytree(root / "usr/lib/grub" / kind, root / "boot/grub" / kind)
    (root / "tmp/early.cfg").write_text(EARLY)
    made = ["-O", kind, "-c", "/tmp/early.cfg", "-o", "/tmp/core.img", "-p", "/boot/grub"]
    _run("chroot", root, "grub-mkimage", *made, *GRUB_MODULES.split(), *more)
    core = (root / "tmp/core.img").read_bytes()
    (root / "tmp/core.img").unlink()
    return core


def _write(root: Path, core: bytes, target: Path) -> None:
    """The core image stands behind the MBR, where GRUB's boot sector looks for it."""
    _root(root, target, b"label: dos\nstart=2048, type=83, bootable\n", SIZE_MIB - FIRST_MIB)
    with target.open("r+b") as disk:
        disk.write((root / "boot/grub/i386-pc/boot.img").read_bytes()[:440])
        disk.seek(512)
        disk.write(core)


def _write_uefi(root: Path, core: bytes, target: Path) -> None:
    """The core image is a program on a partition of its own; no firmware looks for its name."""
    with (root / "etc/fstab").open("a") as fstab:
        fstab.write("/dev/vda2 /boot/efi vfat umask=0077 0 1\n")
    (root / "boot/efi").mkdir()
    size, start = SIZE_MIB - FIRST_MIB - ESP_MIB - 1, SIZE_MIB - ESP_MIB - 1
    table = f"label: gpt\nstart=2048, size={size}MiB, type=linux\nstart={start}MiB, type=uefi\n"
    _root(root, target, table.encode(), size)
    esp, program = root.parent / "esp.img", root.parent / "grubx64.efi"
    program.write_bytes(core)
    _run("mkfs.fat", "-C", esp, str(ESP_MIB * 1024))
    _run("mmd", "-i", esp, "::EFI", "::EFI/debian")
    _run("mcopy", "-i", esp, program, "::EFI/debian/grubx64.efi")
    with target.open("r+b") as disk:
        disk.seek(start * MIB)
        disk.write(esp.read_bytes())


def _root(root: Path, target: Path, table: bytes, size_mib: int) -> None:
    """The disk with its partitions, and the first of them with the system on it."""
    with target.open("wb") as disk:
        disk.truncate(SIZE_MIB * MIB)
    subprocess.run(["sfdisk", "-q", str(target)], input=table, check=True, env=_env())
    offset, size = f"offset={FIRST_MIB * MIB}", f"{size_mib * 1024}k"
    _run("mke2fs", "-q", "-t", "ext4", "-U", ROOT_UUID, "-E", offset, "-d", root, target, size)


def _run(*command: str | Path) -> None:
    subprocess.run([str(one) for one in command], check=True, capture_output=True, env=_env())


def _env() -> dict[str, str]:
    return {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C"}
