"""The footer that makes an uploaded disk a fixed VHD.

Layout: "Virtual Hard Disk Image Format Specification", version 1.0, "Hard Disk Footer Format",
https://www.microsoft.com/en-us/download/details.aspx?id=23850
"""

from __future__ import annotations

import struct
from uuid import NAMESPACE_URL, uuid5

FOOTER_BYTES = 512
MIB = 1024 * 1024
_LEAST = 20 * MIB
"""https://learn.microsoft.com/en-us/rest/api/compute/disks/create-or-update#creationdata"""
_SECTOR = 512
# Cookie, features, version, data offset, time, creator, its version, its host, original size,
# current size, cylinders, heads, sectors per track, type, checksum, unique id, saved state.
_LAYOUT = struct.Struct(">8sIIQI4sI4sQQHBBII16sB")
_RESERVED, _VERSION, _NO_OFFSET, _FIXED = 2, 0x00010000, 0xFFFFFFFFFFFFFFFF, 2
# qemu-img takes the size from the geometry unless this creator is named, and the geometry rounds:
# https://github.com/qemu/qemu/blob/v7.2.0/block/vpc.c
_CREATOR = b"win "


def uploaded_bytes(size_bytes: int) -> int:
    """A disk's bytes as Azure takes them: whole MiB, 20 at least."""
    return max(_LEAST, -(-size_bytes // MIB) * MIB)


def footer(size_bytes: int, name: str) -> bytes:
    """The 512 bytes after a disk of ``size_bytes``; the same for the same ``name``."""
    geometry = _geometry(size_bytes // _SECTOR)
    identity = uuid5(NAMESPACE_URL, name).bytes

    def packed(checksum: int) -> bytes:
        return _LAYOUT.pack(
            *(b"conectix", _RESERVED, _VERSION, _NO_OFFSET, 0, _CREATOR, 0x000A0000, b"Wi2k"),
            *(size_bytes, size_bytes, *geometry, _FIXED),
            *(checksum, identity, 0),
        )

    return packed(~sum(packed(0)) & 0xFFFFFFFF).ljust(FOOTER_BYTES, b"\0")


def _geometry(sectors: int) -> tuple[int, int, int]:
    """(cylinders, heads, sectors per track): "CHS Calculation" of the specification."""
    sectors = min(sectors, 65535 * 16 * 255)
    if sectors >= 65535 * 16 * 63:
        return sectors // 255 // 16, 16, 255
    per_track, heads = 17, max(4, -(-(sectors // 17) // 1024))
    if sectors // 17 >= heads * 1024 or heads > 16:
        per_track, heads = 31, 16
    if sectors // per_track >= heads * 1024:
        per_track, heads = 63, 16
    return sectors // per_track // heads, heads, per_track
