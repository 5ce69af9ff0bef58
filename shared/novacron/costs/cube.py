"""Aggregates as the table keeps them: pages of cells, a cell being one value of each dimension.

A view is a choice of dimensions: ``leaf`` has region and service, ``tag:<key>`` the tag's value
besides, ``resource`` the resource and all cost tags. Provider and account are the partition's.
Pages are JSON under zstandard: a function that asks needs no Arrow.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import zstandard

from novacron.models.base import Model
from novacron.models.cost import CostMetric

LEAF = "leaf"
RESOURCE = "resource"
TAG = "tag:"
DAYS_A_PAGE = 4000
"""Rows of four amounts: some 100 kB kept of the 400 that an item may have
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)."""
METRICS = list(CostMetric)


class Cell(NamedTuple):
    """``values`` by the view's dimensions; ``amounts`` of a day by ``METRICS``."""

    values: tuple[str, ...]
    days: list[date]
    amounts: list[tuple[Decimal, ...]]


class CostPage(Model):
    data: str


def dimensions(view: str, tags: Sequence[str]) -> list[str]:
    """What a cell of ``view`` has a value of, in order."""
    if view == LEAF:
        return ["region", "service"]
    if view == RESOURCE:
        return ["region", "service", "resource", *(f"{TAG}{tag}" for tag in tags)]
    return ["region", "service", view]


def views(tags: Sequence[str]) -> list[str]:
    return [LEAF, *(f"{TAG}{tag}" for tag in tags), RESOURCE]


def place(resource: str, values: Sequence[str]) -> int:
    """By which a cell's page is found; those without a resource are spread, as they may be many."""
    return zlib.crc32((resource or "\0".join(values)).encode())


def pack(cells: Iterable[Cell]) -> CostPage:
    told = [
        [cell.values, [day.isoformat() for day in cell.days], [_texts(row) for row in cell.amounts]]
        for cell in cells
    ]
    packed = zstandard.compress(json.dumps(told, separators=(",", ":")).encode(), 6)
    return CostPage(data=base64.b85encode(packed).decode())


def unpack(page: CostPage) -> Iterator[Cell]:
    for values, days, amounts in json.loads(zstandard.decompress(base64.b85decode(page.data))):
        yield Cell(
            tuple(values),
            [date.fromisoformat(day) for day in days],
            [tuple(map(Decimal, row)) for row in amounts],
        )


def _texts(row: tuple[Decimal, ...]) -> list[str]:
    return [plain(amount) for amount in row]


def plain(amount: Decimal) -> str:
    """Without the zeros that a fixed scale brings, and without an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
