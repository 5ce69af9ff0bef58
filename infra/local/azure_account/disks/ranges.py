"""Which pages of 512 bytes hold data, or differ between two snapshots."""

from __future__ import annotations

from collections.abc import Iterator

from .content import PAGE, Contents

_STEP = 1024 * 1024
_ZEROS = bytes(PAGE)
Range = tuple[str, int, int]


def changed(contents: Contents, new: str, old: str | None, start: int, end: int) -> list[Range]:
    """(PageRange or ClearRange, first byte, byte after the last), in order, joined.

    Without ``old``: the pages that are not zero.
    """
    found: list[Range] = []
    for offset, kind in _pages(contents, new, old, start, end):
        if found and found[-1][0] == kind and found[-1][2] == offset:
            found[-1] = (kind, found[-1][1], offset + PAGE)
        else:
            found.append((kind, offset, offset + PAGE))
    return found


def _pages(
    contents: Contents, new: str, old: str | None, start: int, end: int
) -> Iterator[tuple[int, str]]:
    for offset, length in _spans(contents, [new, old] if old else [new], start, end):
        now = contents.read(new, offset, length).ljust(length, b"\0")
        before = contents.read(old, offset, length).ljust(length, b"\0") if old else bytes(length)
        if now == before:
            continue
        for inner in range(0, length, PAGE):
            page = now[inner : inner + PAGE]
            if page != before[inner : inner + PAGE]:
                yield offset + inner, "ClearRange" if page == _ZEROS else "PageRange"


def _spans(contents: Contents, keys: list[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """(offset, length) of steps in which any of the files may hold data."""
    steps: set[int] = set()
    for key in keys:
        for first, after in contents.extents(key):
            steps.update(range(first // _STEP, -(-after // _STEP)))
    for step in sorted(steps):
        offset, after = max(step * _STEP, start), min((step + 1) * _STEP, end)
        offset -= offset % PAGE
        if offset < after:
            yield offset, after - offset
