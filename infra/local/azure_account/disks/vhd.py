"""The footer of a fixed VHD: https://learn.microsoft.com/en-us/azure/virtual-machines/linux/create-upload-generic

Layout: the "Virtual Hard Disk Image Format Specification", "Hard Disk Footer Format", version 1.0,
https://www.microsoft.com/en-us/download/details.aspx?id=23850
"""

from __future__ import annotations

import struct
from uuid import uuid4

FOOTER = 512
_FIXED = 2


def footer(size: int) -> bytes:
    """The 512 bytes after a disk of ``size`` bytes."""
    sectors = min(size // 512, 65535 * 16 * 255)
    cylinders, heads, per_track = sectors // (16 * 255), 16, 255
    head = struct.pack(
        ">8sIIQI4sI4sQQHBBI",
        *(b"conectix", 2, 0x00010000, 0xFFFFFFFFFFFFFFFF, 0, b"win ", 0x000A0000, b"Wi2k"),
        *(size, size, min(cylinders, 65535), heads, per_track, _FIXED),
    )
    identity = uuid4().bytes + b"\0"
    unsigned = head + bytes(4) + identity
    checksum = ~sum(unsigned) & 0xFFFFFFFF
    return (head + struct.pack(">I", checksum) + identity).ljust(FOOTER, b"\0")
