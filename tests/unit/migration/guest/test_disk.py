"""Partition tables as sfdisk writes them, and which partition is which."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import Conflict, Corrupted, InvalidSpec, NovaCronError, Unsupported
from novacron.migration.guest.disk import FileSystem, names, opened
from novacron.migration.guest.partitions import Partition, read
from tests.unit.migration.guest.trees import DEBIAN, write

MIB = 1 << 20
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
SFDISK = shutil.which("sfdisk", path=PATH)
DOS = "label: dos\n,4M,c,*\n,4M,83\n,,5\n,2M,83\n,2M,82\n,2M,83\n"
GPT = "label: gpt\nsize=4M,type=U\nsize=4M,type=21686148-6449-6E6F-744E-656564454649\n,,L\n"


def disk(tmp_path: Path, table: str) -> Path:
    if SFDISK is None:
        pytest.skip("sfdisk is not installed")
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.truncate(32 * MIB)
    subprocess.run([SFDISK, "-q", str(path)], input=table, text=True, check=True)
    return path


@pytest.mark.parametrize("table", [DOS, GPT])
def test_as_sfdisk_reads_it(tmp_path: Path, table: str) -> None:
    path = disk(tmp_path, table)
    shown = subprocess.run([str(SFDISK), "-J", str(path)], capture_output=True, check=True)
    wanted = [
        (one["start"] * 512, one["size"] * 512)
        for one in json.loads(shown.stdout)["partitiontable"]["partitions"]
        if one["type"] != "5"
    ]
    found = read(path)
    assert [(one.offset, one.size) for one in found] == wanted
    assert [one.number for one in found] == ([1, 2, 5, 6, 7] if table == DOS else [1, 2, 3])


def test_a_damaged_gpt_is_refused(tmp_path: Path) -> None:
    path = disk(tmp_path, GPT)
    with path.open("r+b") as file:
        file.seek(1024 + 40)
        file.write(b"\xaa")
    with pytest.raises(Corrupted):
        read(path)


def test_what_is_no_raw_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "disk"
    path.write_bytes(b"QFI\xfb" + bytes(1020))
    with pytest.raises(Unsupported):
        read(path)
    path.write_bytes(bytes(1024))
    with pytest.raises(InvalidSpec):
        read(path)


@given(st.binary(min_size=64, max_size=64), st.binary(max_size=4096))
def test_any_table_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, table: bytes, more: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(bytes(446) + table + b"\x55\xaa" + more)
    try:
        read(path)
    except NovaCronError:
        return


def test_a_partition_has_one_name_at_each_provider() -> None:
    system = FileSystem(Partition(2, MIB, MIB, "83"), "ext4", "u", "")
    assert names([system]) == {
        f"/dev/{one}": "u" for one in ("sda2", "vda2", "xvda2", "hda2", "nvme0n1p2")
    }


def test_what_belongs_to_the_root_is_mounted_with_it(tmp_path: Path) -> None:
    path = disk(tmp_path, "label: dos\n,8M,83\n,16M,83\n")
    plain = {k: v for k, v in DEBIAN.items() if not k.startswith("boot/")}
    fstab = "/dev/vda2 / ext4 rw 0 1\nLABEL=boot /boot ext4 rw 0 2\n"
    root = write(tmp_path / "root", {**plain, "etc/fstab": fstab, "boot/.keep": ""})
    boot = write(tmp_path / "boot", {"grub/grub.cfg": "here\n"})
    first, second = read(path)
    make(path, boot, first, "-L", "boot")
    make(path, root, second)
    before = path.read_bytes()
    try:
        with opened(path, write=False) as found:
            assert found.tree.read("boot/grub/grub.cfg") == "here\n"
            assert found.devices["/dev/sda2"] == found.devices["/dev/nvme0n1p2"]
    except Conflict as error:
        pytest.skip(f"nothing can be mounted here: {error}")
    assert path.read_bytes() == before


def test_a_windows_disk_is_refused(tmp_path: Path) -> None:
    path = disk(tmp_path, "label: dos\n,8M,7\n")
    with path.open("r+b") as file:
        file.seek(MIB)
        file.write(ntfs())
    with pytest.raises(Unsupported, match="Windows"), opened(path, write=False):
        pass


def make(path: Path, tree: Path, where: Partition, *options: str) -> None:
    command = ["mke2fs", "-q", "-t", "ext4", *options, "-E", f"offset={where.offset}"]
    size = f"{where.size // 1024}k"
    env = {"PATH": PATH}
    subprocess.run([*command, "-d", str(tree), str(path), size], env=env, check=True)


def ntfs() -> bytes:
    """The least that is told apart as NTFS: a boot sector, and the table's first records."""
    head = bytearray(64 << 10)
    head[:11] = b"\xeb\x52\x90NTFS    "
    struct.pack_into("<HB", head, 11, 512, 8)
    struct.pack_into("<QQQ", head, 40, 8 * MIB // 512 - 1, 4, 8)
    head[64], head[510:512] = 0xF6, b"\x55\xaa"
    for offset in (4 * 4096, 4 * 4096 + 3 * 1024):
        head[offset : offset + 4] = b"FILE"
    return bytes(head)
