"""Deliveries of an export in object storage: files, and a manifest that comes last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from novacron.costs.sources.files import File, Files
from novacron.errors import Corrupted
from novacron.providers.billing import BillDelivery, BillPart

Told = Callable[[bytes], list[str]]
"""The paths of the files that a manifest names; raises what json and mappings raise."""


def newest(
    files: Files,
    month: date,
    manifests: Sequence[File],
    there: Mapping[str, File],
    told: Told,
) -> BillDelivery | None:
    """The delivery of the newest manifest; None where there is none, or where it is being written:
    its files are not all there, or are younger than the manifest. Raises Corrupted."""
    if not manifests:
        return None
    last = max(manifests, key=lambda one: (one.modified, one.path))
    try:
        paths = told(files.read(last.path))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Corrupted(f"{last.path} is not a manifest of a cost export.") from error
    found = [there.get(path) for path in paths]
    whole = [one for one in found if one is not None and one.modified <= last.modified]
    if len(whole) != len(paths):
        return None
    return BillDelivery(
        period=month,
        version=last.etag.strip('"'),
        delivered_at=last.modified,
        parts=[_part(number, one) for number, one in enumerate(whole)],
    )


def tag_of(part: BillPart) -> str:
    """Of the version of its file that was delivered."""
    return part.id.partition("-")[2]


def _part(number: int, file: File) -> BillPart:
    return BillPart(id=f"{number:05d}-{file.etag}", place=file.path, size=file.size)
