"""Pages of cells: what is written is read, digit by digit, also what was written as JSON."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from novacron.costs.cells import filled_pages
from novacron.costs.focus import NUMBER
from novacron.costs.pages import Cell, CostPage, amount, unpack

DAY = date(2026, 1, 1)
scaled = st.integers(-(10**38) + 1, 10**38 - 1)


@given(scaled)
def test_an_amount_keeps_every_digit_and_no_zeros(number: int) -> None:
    told = amount(number)
    assert int(f"{told:.18f}".replace(".", "")) == number
    _, digits, exponent = told.as_tuple()
    assert exponent == 0 or digits[-1]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40), scaled, scaled), max_size=30))
def test_pages_say_what_the_table_says(rows: list[tuple[str, int, int, int]]) -> None:
    there = {(name, DAY + timedelta(days=day)): (one, two) for name, day, one, two in rows}
    columns = {
        "name": pa.array([name for name, _ in there], pa.string()),
        "day": pa.array([day for _, day in there], pa.date32()),
        "one": pa.array([amount(one) for one, _ in there.values()], NUMBER),
        "two": pa.array([amount(two) for _, two in there.values()], NUMBER),
    }
    pages = list(filled_pages(pa.table(columns), ["name"], ["one", "two"]))
    for column in (0, 1):
        read = {
            (cell.values[0], day): told
            for page in pages
            for cell in unpack(page, column)
            for day, told in zip(cell.days, cell.amounts, strict=True)
        }
        assert read == {key: amount(value[column]) for key, value in there.items()}


def test_json_is_read_as_it_was_written() -> None:
    told = [[["north", "VMs"], ["2026-01-01"], [["1.5", "0.000000000000000001"]]]]
    packed = zstandard.compress(json.dumps(told).encode())
    page = CostPage.model_validate({"data": base64.b85encode(packed).decode()})
    small = Decimal("0.000000000000000001")
    assert list(unpack(page, 1)) == [Cell(("north", "VMs"), [DAY], [small])]
