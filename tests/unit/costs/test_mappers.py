"""Every export's rows as FOCUS: to the last digit what was charged, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from infra.local.bills import aws, azure, gcp
from infra.local.bills import charges as known
from infra.local.bills.charges import Charge
from infra.local.bills.focus import Row
from novacron.costs.sources import cur, focus, google
from tests.exported import FLEET, as_batch, as_rest, october, rows_of, total

EXPORTED = datetime(2026, 11, 1, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "data" / "focus" / "focus_1_0_sample.csv"
Mapper = Callable[[list[Charge]], Iterator[pa.RecordBatch]]


def _google(charges: list[Charge]) -> Iterator[pa.RecordBatch]:
    yield google.rows([as_rest(row) for row in gcp.detailed_rows(charges, FLEET, EXPORTED)])


MAPPERS: dict[str, Mapper] = {
    "aws focus 1.2": lambda c: focus.rows(as_batch(aws.focus_rows(c, FLEET))),
    "aws focus 1.0": lambda c: focus.rows(as_batch(aws.focus_rows(c, FLEET, "1.0"))),
    "aws cur 2.0": lambda c: cur.rows(as_batch(aws.cur_rows(c, FLEET))),
    "azure focus": lambda c: focus.rows(as_batch(azure.focus_rows(c, FLEET))),
    "google focus": lambda c: focus.rows(as_batch(gcp.focus_rows(c, FLEET))),
    "google detailed": _google,
}
every = pytest.mark.parametrize("name", MAPPERS)


def mapped(name: str) -> list[dict[str, Any]]:
    return rows_of(MAPPERS[name](october()))


@every
def test_the_total_is_exact(name: str) -> None:
    rows = mapped(name)
    charged = known.total(october())
    assert charged == Decimal("252.0105999856")
    assert total(rows) == charged
    # What commitments were bought for is what their use and waste cost.
    assert total(rows, "EffectiveCost") == charged


@every
def test_kinds_are_told_apart(name: str) -> None:
    rows = mapped(name)
    of = {kind: [row for row in rows if row["ChargeCategory"] == kind] for kind in CATEGORIES}
    assert len(of["Tax"]) == 1
    assert total(of["Credit"]) in (Decimal(-5), Decimal("-5.96"))
    assert total(of["Purchase"]) == Decimal("44.64")
    assert total(of["Purchase"], "EffectiveCost") == 0
    corrected = [row for row in rows if row["ChargeClass"] == "Correction"]
    assert total(corrected) == Decimal("-0.96")
    covered = [row for row in rows if row["PricingCategory"] == "Committed"]
    assert total(covered) == 0
    assert total(covered, "EffectiveCost") == Decimal("44.64")
    storage = [row for row in rows if row["ServiceCategory"] == "Storage"]
    assert total(storage) == Decimal("23.999999988")


CATEGORIES = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"]


@every
def test_what_focus_forbids_is_not_there(name: str) -> None:
    for row in mapped(name):
        if row["ChargeCategory"] == "Tax":
            assert row["PricingCategory"] is row["ListUnitPrice"] is row["SkuId"] is None
        if row["ChargeCategory"] in ("Usage", "Purchase") and row["ChargeClass"] is None:
            assert None not in (row["PricingQuantity"], row["SkuPriceId"], row["ListUnitPrice"])
            assert abs(row["ListUnitPrice"] * row["PricingQuantity"] - row["ListCost"]) < 1e-9
        if row["CommitmentDiscountId"] is None:
            assert row["CommitmentDiscountStatus"] is row["CommitmentDiscountType"] is None
        if row["ResourceId"] is None:
            assert row["ResourceType"] is None
        assert (row["ConsumedQuantity"] is None) is (row["ConsumedUnit"] is None)


@every
def test_tags_and_resources_are_kept(name: str) -> None:
    rows = mapped(name)
    tagged = [row for row in rows if row["Tags"] and ("vm", "web-1") in row["Tags"]]
    assert total(tagged) == Decimal(744) * Decimal("0.096")
    assert {str(row["ResourceId"]).rpartition("/")[2] for row in tagged} == {FLEET.vm(1)}


def test_unused_hours_of_a_reservation_are_rows() -> None:
    for name in ("aws focus 1.2", "aws cur 2.0", "azure focus"):
        wasted = [row for row in mapped(name) if row["CommitmentDiscountStatus"] == "Unused"]
        assert total(wasted, "EffectiveCost") == Decimal("7.44")
        assert {row["ConsumedQuantity"] for row in wasted} == {None}


def test_a_savings_plan() -> None:
    """Covered usage and its negation are nothing; the plan's unused part is a row."""
    base = next(iter(aws.cur_rows(october(days=1), FLEET)))
    arn = "arn:aws:savingsplans::222222222222:savingsplan/1"
    plan = {"savings_plan_savings_plan_a_r_n": arn}
    none = dict.fromkeys(
        [
            "savings_plan_savings_plan_effective_cost",
            "savings_plan_total_commitment_to_date",
            "savings_plan_used_commitment",
        ]
    )
    covered: Row = {
        **base,
        **none,
        **plan,
        "line_item_line_item_type": "SavingsPlanCoveredUsage",
        "savings_plan_savings_plan_effective_cost": "0.07",
    }
    negation: Row = {
        **covered,
        "line_item_line_item_type": "SavingsPlanNegation",
        "line_item_unblended_cost": "-0.096",
    }
    fee: Row = {
        **covered,
        "line_item_line_item_type": "SavingsPlanRecurringFee",
        "line_item_unblended_cost": "0.1",
        "savings_plan_total_commitment_to_date": "0.1",
        "savings_plan_used_commitment": "0.07",
    }
    rows = rows_of(cur.rows(as_batch([covered, negation, fee])))
    told = [
        (
            row["ChargeCategory"],
            row["CommitmentDiscountStatus"],
            row["BilledCost"],
            row["EffectiveCost"],
        )
        for row in rows
    ]
    assert told == [
        ("Usage", "Used", Decimal(0), Decimal("0.07")),
        ("Purchase", None, Decimal("0.1"), Decimal(0)),
        ("Usage", "Unused", Decimal(0), Decimal("0.03")),
    ]
    assert {row["CommitmentDiscountCategory"] for row in rows} == {"Spend"}


def test_the_public_sample_adds_up() -> None:
    with SAMPLE.open() as file:
        rows = list(csv.DictReader(file))
    expected = sum((Decimal(row["BilledCost"]) for row in rows), Decimal(0))
    assert expected == Decimal("20.52022672899")
    # Oracle's rows name no contracted cost, which every row must have.
    asked = [row for row in rows if row["ContractedCost"] != "NULL"]
    found = rows_of(focus.rows(as_batch(asked)))
    assert total(found) == sum((Decimal(row["BilledCost"]) for row in asked), Decimal(0))
    assert len(found) == len(asked)


@pytest.mark.parametrize("wrong", ["12,5", "one", "1.2.3"])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    row = next(iter(aws.focus_rows(october(days=1), FLEET)))
    with pytest.raises(pa.ArrowInvalid):
        list(focus.rows(as_batch([{**row, "BilledCost": wrong}])))


def test_floats_are_read_as_they_are_written() -> None:
    """0.1 + 0.2 as a float is not 0.3; its text is what a bill says."""
    row = next(iter(aws.focus_rows(october(days=1), FLEET)))
    batch = as_batch([{**row, "BilledCost": None}] * 3)
    at = batch.schema.get_field_index("BilledCost")
    floats = batch.set_column(at, "BilledCost", pa.array([0.1, 0.2, 4.2e-07]))
    assert total(rows_of(focus.rows(floats))) == Decimal("0.30000042")
