"""Packs: leaves of one job together in an object, about 8 MiB, with what is in it in front.

A PUT costs the same whatever its size, so that 8 MiB packs cost 16 times less than leaves. A pack's
name is 16 hexadecimal digits of its job (a shard's export) and 16 of its own, so that the packs of
a job that was killed are found with one LIST::

    4 bytes     length of the list
    the list    sealed under the pack's name: a digest (32) and a length (4) for every leaf
    leaves      each sealed under its digest

``<pack>.dead`` beside it says that it is condemned (``garbage``).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from hashlib import sha256

from novacron.errors import Corrupted
from novacron.migration.manifest import Place
from novacron.migration.ports import Objects
from novacron.migration.sealing import TenantKey

PACK_BYTES = 8 * 1024 * 1024
"""A pack is sent when it holds this much."""
DEAD = ".dead"
_LENGTH = struct.Struct(">I")
_LEAF = struct.Struct(">32sI")


class Packs:
    def __init__(self, objects: Objects, tenant: str, key: TenantKey) -> None:
        self._objects, self._key = objects, key
        self.folder = f"{tenant}/packs"

    def path(self, pack: str) -> str:
        return f"{self.folder}/{pack[:16]}/{pack[16:]}"

    def put(self, job: str, leaves: dict[bytes, bytes]) -> dict[bytes, Place]:
        """``leaves``: digest -> sealed leaf; emptied, so that they are not in memory twice."""
        pack = _job_name(job) + os.urandom(8).hex()
        rows = [_LEAF.pack(digest, len(sealed)) for digest, sealed in leaves.items()]
        listed = self._key.seal(b"".join(rows), pack.encode())
        data = b"".join([_LENGTH.pack(len(listed)), listed, *leaves.values()])
        leaves.clear()
        self._objects.put(self.path(pack), data)
        return _places(pack, rows, _LENGTH.size + len(listed))

    def contents(self, pack: str) -> dict[bytes, Place]:
        """Raises NotFound, Corrupted."""
        path = self.path(pack)
        try:
            [length] = _LENGTH.unpack(self._objects.get_range(path, 0, _LENGTH.size))
            listed = self._objects.get_range(path, _LENGTH.size, length)
            rows = self._key.open(listed, pack.encode())
            return _places(pack, _rows(rows), _LENGTH.size + length)
        except struct.error as error:
            raise Corrupted(f"Pack {pack} is cut short.") from error

    def of_job(self, job: str) -> list[str]:
        """Those that any run of the job has sent, but for condemned ones."""
        name = _job_name(job)
        there = {path.rpartition("/")[2] for path in self._objects.list(f"{self.folder}/{name}")}
        dead = {one for one in there if one.endswith(DEAD)}
        return sorted(name + one for one in there - dead if one + DEAD not in dead)

    def named(self, path: str) -> tuple[str, bool]:
        """(the pack that an object in ``folder`` is, or is a mark of; whether it is a mark)."""
        job, name = path.split("/")[-2:]
        return job + name.removesuffix(DEAD), name.endswith(DEAD)

    def read(self, pack: str, start: int, end: int) -> bytes:
        """Bytes [start, end). Raises NotFound."""
        return self._objects.get_range(self.path(pack), start, end - start)


def _job_name(job: str) -> str:
    return sha256(job.encode()).hexdigest()[:16]


def _rows(data: bytes) -> Iterator[bytes]:
    if len(data) % _LEAF.size:
        raise struct.error
    return (data[i : i + _LEAF.size] for i in range(0, len(data), _LEAF.size))


def _places(pack: str, rows: Iterator[bytes] | list[bytes], offset: int) -> dict[bytes, Place]:
    found = {}
    for row in rows:
        digest, length = _LEAF.unpack(row)
        found[digest] = Place(pack, offset, length)
        offset += length
    return found
