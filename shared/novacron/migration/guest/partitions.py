"""Partitions of a disk image, from its MBR or GPT.

The kernel is not asked: one without support for partition tables makes no devices of them.
"""

from __future__ import annotations

import struct
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from novacron.errors import Corrupted, InvalidSpec, Unsupported

SECTORS = (512, 4096)
EXTENDED = (0x05, 0x0F, 0x85)
PROTECTIVE = 0xEE
LOGICALS = 128
FARTHEST, ENTRIES, ENTRY = 1 << 20, 1024, 128
"""Of a GPT: how far off its entries may be, in sectors, how many, and how long each is."""
REPAIR = "Repair it with sgdisk or parted."
_FIRST_LOGICAL = 5
_QCOW2 = b"QFI\xfb"


@dataclass(frozen=True)
class Partition:
    """``kind``: an MBR type as two hexadecimal digits, or a GPT type's UUID. Sizes in bytes."""

    number: int
    offset: int
    size: int
    kind: str


def read(path: Path) -> list[Partition]:
    """In the table's order. Unsupported: not a raw image. InvalidSpec: no table.
    Corrupted: a GPT whose checksum is wrong."""
    with path.open("rb") as disk:
        first = disk.read(512)
        if first[:4] == _QCOW2:
            raise Unsupported("A qcow2 image.", remedy="qemu-img convert -O raw makes it raw.")
        if len(first) < 512 or first[510:] != b"\x55\xaa":
            raise InvalidSpec(f"{path.name} has no partition table.")
        found = _mbr(first, 0, 512)
        if any(int(one.kind, 16) == PROTECTIVE for one in found):
            return _gpt(disk)
        return [one for part in found for one in _logical(disk, part)]


def _mbr(sector: bytes, base: int, unit: int) -> list[Partition]:
    found = []
    for number in range(1, 5):
        entry = sector[446 + 16 * (number - 1) :][:16]
        kind, (start, count) = entry[4], struct.unpack_from("<II", entry, 8)
        if kind and count:
            found.append(Partition(number, (base + start) * unit, count * unit, f"{kind:02x}"))
    return found


def _logical(disk: BinaryIO, part: Partition) -> list[Partition]:
    """Of an extended partition, the chain in it; of another, itself. In the chain, the first entry
    counts from its own table, the second from the extended partition."""
    if int(part.kind, 16) not in EXTENDED:
        return [part]
    found: list[Partition] = []
    base = here = part.offset // 512
    for number in range(_FIRST_LOGICAL, _FIRST_LOGICAL + LOGICALS):
        disk.seek(here * 512)
        sector = disk.read(512)
        if sector[510:] != b"\x55\xaa":
            raise Corrupted("The chain of logical partitions breaks off.")
        entries = _mbr(sector, here, 512)
        onward = [one for one in entries if int(one.kind, 16) in EXTENDED]
        found += [
            Partition(number, one.offset, one.size, one.kind)
            for one in entries
            if one not in onward
        ]
        if not onward:
            return found
        here = onward[0].offset // 512 - here + base
    raise Corrupted("The chain of logical partitions has no end.")


def _gpt(disk: BinaryIO) -> list[Partition]:
    """https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html"""
    for unit in SECTORS:
        disk.seek(unit)
        header = disk.read(92)
        if header[:8] == b"EFI PART":
            break
    else:
        raise Corrupted("A protective MBR without a GPT.")
    length, checksum = struct.unpack_from("<II", header, 12)
    plain = header[:16] + bytes(4) + header[20:length]
    where, count, each, entries_sum = struct.unpack_from("<QIII", header, 72)
    if where > FARTHEST or count > ENTRIES or each != ENTRY or zlib.crc32(plain) != checksum:
        raise Corrupted("The GPT's header is wrong.", remedy=REPAIR)
    disk.seek(where * unit)
    table = disk.read(count * each)
    if zlib.crc32(table) != entries_sum:
        raise Corrupted("The GPT's checksum is wrong.", remedy=REPAIR)
    found = []
    for index in range(len(table) // each):
        entry = table[index * each :]
        first, last = struct.unpack_from("<QQ", entry, 32)
        if any(entry[:16]):
            kind = str(uuid.UUID(bytes_le=entry[:16]))
            found.append(Partition(index + 1, first * unit, (last - first + 1) * unit, kind))
    return found
