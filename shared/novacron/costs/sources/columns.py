"""A batch of an export's rows by column, in the types that FOCUS rows have.

Whole columns at a time: a loop over rows in Python is some forty times slower, and bills have
millions. A column that the export does not have reads as nulls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute

from novacron.costs.focus import NUMBER, PAIRS, TEXT, TIME

Column = Any
"""A ``pyarrow.Array``; the stubs name a type for each kind of it, and ours are mixed."""

pc: Any = pyarrow.compute
"""Without types: the stubs know no comparison with a plain value."""

MARKERS = ["", "NULL", "null"]
"""What exports write in a CSV file where there is no value."""


class Columns:
    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self._names = set(batch.schema.names)
        self.rows = batch.num_rows

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def text(self, *names: str) -> Column:
        """The first of ``names`` that is there, row by row; empty text is null."""
        found = [_plain(self._batch.column(name)) for name in names if name in self._names]
        if not found:
            return pa.nulls(self.rows, TEXT)
        return found[0] if len(found) == 1 else pc.coalesce(*found)

    def number(self, *names: str) -> Column:
        """As the text says: a float's is the shortest that reads back as it."""
        found = [self._batch.column(name) for name in names if name in self._names]
        if len(found) == 1 and pa.types.is_decimal(found[0].type):
            return number(found[0])
        return number(self.text(*names))

    def time(self, name: str) -> Column:
        """UTC, where the text names no offset."""
        if name not in self._names:
            return pa.nulls(self.rows, TIME)
        return time(self._batch.column(name))

    def pairs(self, *names: str) -> Column:
        """The first of ``names`` that is there: a map, or JSON text of an object."""
        name = next((one for one in names if one in self._names), None)
        if name is None:
            return pa.nulls(self.rows, PAIRS)
        return pairs(self._batch.column(name))

    def same(self, value: str) -> Column:
        """``value`` in every row."""
        return pa.repeat(value, self.rows)

    def zeros(self) -> Column:
        return pa.repeat(pa.scalar(Decimal(0), NUMBER), self.rows)


def number(text: Column) -> Column:
    """Decimals of text or of other decimals; digits beyond the 18th behind the point are cut
    off."""
    return pc.cast(text, NUMBER, safe=False)


def time(column: Column) -> Column:
    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            column = pc.assume_timezone(column, "UTC")
        return pc.cast(column, TIME)
    words = pc.utf8_replace_slice(_plain(column), 10, 11, "T")
    # Date and time, with or without fraction, then an offset or none.
    zoned = pc.match_substring_regex(words, r"(Z|[+-]\d\d:?\d\d)$")
    whole = pc.if_else(pc.equal(pc.utf8_length(words), 10), _append(words, "00:00:00"), words)
    return pc.cast(pc.if_else(zoned, whole, _append(whole, "Z")), TIME)


def pairs(column: Column) -> Column:
    if pa.types.is_map(column.type):
        return pc.cast(column, PAIRS)
    read: dict[str, list[tuple[str, str]] | None] = {}
    texts = _plain(column).to_pylist()
    return pa.array([_read(text, read) for text in texts], PAIRS)


def without_prefix(tags: Column, prefix: str) -> Column:
    """The same pairs with ``prefix`` cut off the keys that begin with it."""
    keys = pc.replace_substring_regex(tags.keys, f"^{prefix}", "")
    renamed = pa.MapArray.from_arrays(tags.offsets, keys, tags.items)
    return pc.if_else(pc.is_null(tags), pa.nulls(len(tags), PAIRS), renamed)


def pick(column: Column, meanings: Mapping[str, str | None], default: str | None = None) -> Column:
    """Each value's meaning; ``default`` of one without."""
    at = pc.index_in(column, pa.array(list(meanings), TEXT))
    found = pc.take(pa.array(list(meanings.values()), TEXT), at)
    return found if default is None else pc.if_else(pc.is_null(at), default, found)


def where(condition: Column, then: Column, other: Column) -> Column:
    """``then`` where the condition holds, ``other`` where it does not or is not known."""
    return pc.if_else(pc.fill_null(condition, False), then, other)


def product(one: Column, other: Column) -> Column:
    """Of numbers, rounded to 18 digits behind the point."""
    return _exact(pc.multiply, one, other)


def plus(one: Column, other: Column) -> Column:
    return _exact(pc.add, one, other)


def minus(one: Column, other: Column) -> Column:
    return _exact(pc.subtract, one, other)


def _exact(work: Callable[[Column, Column], Column], one: Column, other: Column) -> Column:
    """Arrow refuses what might not fit: it has 76 digits where there is room for them."""
    left, right = (pc.cast(each, pa.decimal256(37, 18)) for each in (one, other))
    return pc.cast(pc.round(work(left, right), 18), NUMBER, safe=False)


def quotient(one: Column, other: Column) -> Column:
    """Null where ``other`` is zero."""
    values = zip(one.to_pylist(), other.to_pylist(), strict=True)
    return pa.array([_divided(left, right) for left, right in values], NUMBER)


_PLACES = Decimal("1e-18")


def _divided(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or not other else (one / other).quantize(_PLACES)


def _plain(column: Column) -> Column:
    """As text, with null where there is none; of a dictionary, its words are looked at alone."""
    if pa.types.is_dictionary(column.type):
        return _plain(column.dictionary).take(column.indices)
    if not pa.types.is_string(column.type):
        column = pc.cast(column, TEXT)
    blank = pc.is_in(column, pa.array(MARKERS, TEXT))
    if not pc.any(blank).as_py():
        return column
    return pc.if_else(blank, pa.scalar(None, TEXT), column)


def _append(text: Column, end: str) -> Column:
    return pc.binary_join_element_wise(text, end, "")


def _read(
    text: str | None, read: dict[str, list[tuple[str, str]] | None]
) -> list[tuple[str, str]] | None:
    """Of JSON text; the same text, as most tags are, is read once."""
    if text is None:
        return None
    if text not in read:
        found = json.loads(text)
        items = found.items() if isinstance(found, dict) else _listed(found)
        read[text] = [(str(key), _word(value)) for key, value in items] or None
    return read[text]


def _listed(found: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Google's tags: a list of objects."""
    return [(one["key"], one["value"]) for one in found]


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
