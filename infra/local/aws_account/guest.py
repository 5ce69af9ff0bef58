"""Volume bytes as a guest reads and writes them."""

from __future__ import annotations

from collections.abc import Iterator

from moto.ec2.models import ec2_backends

from .account import LocalAccount
from .blocks import BLOCK_SIZE, ZEROS


def volume_size(account: LocalAccount, volume_id: str) -> int:
    """In bytes. Raises KeyError when there is no such volume."""
    for backend in dict(ec2_backends[account.account_id]).values():
        if volume_id in backend.volumes:
            return int(backend.volumes[volume_id].size) * 1024**3
    raise KeyError(volume_id)


def read_volume(account: LocalAccount, volume_id: str, offset: int, length: int) -> bytes:
    """Never-written parts read as zeros. Raises KeyError, ValueError beyond the end."""
    _check(account, volume_id, offset, length)
    parts = []
    for index, start, end in _spans(offset, length):
        digest = account.maps.digest(volume_id, index)
        parts.append((account.blocks.get(digest) if digest else ZEROS)[start:end])
    return b"".join(parts)


def write_volume(account: LocalAccount, volume_id: str, offset: int, data: bytes) -> None:
    """Whole blocks are kept; a part of one is merged with what is there."""
    _check(account, volume_id, offset, len(data))
    done = 0
    for index, start, end in _spans(offset, len(data)):
        block = data[done : done + end - start]
        done += end - start
        if len(block) < BLOCK_SIZE:
            digest = account.maps.digest(volume_id, index)
            old = account.blocks.get(digest) if digest else ZEROS
            block = old[:start] + block + old[end:]
        account.maps.write(volume_id, index, account.blocks.put(block))


def _check(account: LocalAccount, volume_id: str, offset: int, length: int) -> None:
    if offset < 0 or length < 0 or offset + length > volume_size(account, volume_id):
        raise ValueError("beyond the end of the volume")


def _spans(offset: int, length: int) -> Iterator[tuple[int, int, int]]:
    """(block, first byte in it, byte after the last in it)."""
    end = offset + length
    while offset < end:
        index, start = divmod(offset, BLOCK_SIZE)
        stop = min(BLOCK_SIZE, start + end - offset)
        yield index, start, stop
        offset += stop - start
