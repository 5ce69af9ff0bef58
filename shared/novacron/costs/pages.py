"""How the table keeps cells: columns of a page's days and amounts, under zstandard.

Amounts are integers of 10**-18 in 16 bytes, as Arrow has decimals: they are copied in one piece
when they are written, and a reader makes numbers of those alone that were asked for. It needs no
Arrow. Pages that were written as JSON before are read as they are.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

import zstandard

from novacron.models.base import Model

LEVEL = 3
SCALE = 18
EPOCH = date(1970, 1, 1).toordinal()
AMOUNT = struct.Struct("<Qq")
SIZE = struct.Struct("<I")


class Cell(NamedTuple):
    """``values`` by the view's dimensions; an amount for each of ``days``."""

    values: tuple[str, ...]
    days: list[date]
    amounts: list[Decimal]


class Form(StrEnum):
    JSON = "json"
    COLUMNS = "columns"


class CostPage(Model):
    data: str
    form: Form = Form.JSON


class Bytes(Protocol):
    def __buffer__(self, flags: int, /) -> memoryview: ...


def pack(
    values: Sequence[Sequence[str]], rows: Sequence[int], days: Bytes, amounts: Sequence[Bytes]
) -> CostPage:
    """Cells of ``values``, each of so many ``rows``; ``days`` since 1970 in 4 bytes, and columns of
    ``amounts``, for the rows of all cells in turn."""
    head = json.dumps([values, rows, len(amounts)], separators=(",", ":")).encode()
    whole = b"".join([SIZE.pack(len(head)), head, days, *amounts])
    data = base64.b64encode(zstandard.compress(whole, LEVEL)).decode()
    return CostPage(data=data, form=Form.COLUMNS)


def unpack(page: CostPage, column: int) -> Iterator[Cell]:
    """The page's cells, with the amounts of one column."""
    if page.form is Form.JSON:
        yield from _of_json(page, column)
        return
    whole = memoryview(zstandard.decompress(base64.b64decode(page.data)))
    (size,) = SIZE.unpack_from(whole)
    values, rows, _ = json.loads(bytes(whole[SIZE.size : SIZE.size + size]))
    body = whole[SIZE.size + size :]
    count = sum(rows)
    days = [_day(one) for one in struct.unpack(f"<{count}i", body[: 4 * count])]
    start = 4 * count + AMOUNT.size * count * column
    scaled = AMOUNT.iter_unpack(body[start : start + AMOUNT.size * count])
    amounts = [amount((high << 64) + low) for low, high in scaled]
    at = 0
    for told, length in zip(values, rows, strict=True):
        yield Cell(tuple(told), days[at : at + length], amounts[at : at + length])
        at += length


def _of_json(page: CostPage, column: int) -> Iterator[Cell]:
    for values, days, amounts in json.loads(zstandard.decompress(base64.b85decode(page.data))):
        told = [date.fromisoformat(day) for day in days]
        yield Cell(tuple(values), told, [Decimal(row[column]) for row in amounts])


@lru_cache(maxsize=4096)
def _day(number: int) -> date:
    return date.fromordinal(EPOCH + number)


@lru_cache(maxsize=65536)
def amount(scaled: int) -> Decimal:
    """``scaled`` x 10**-18, whatever the context's precision, without zeros at the end."""
    if not scaled % 10**SCALE:
        return Decimal(scaled // 10**SCALE)
    text = str(scaled)
    short = text.rstrip("0")
    return Decimal(f"{short}E-{SCALE - len(text) + len(short)}")
