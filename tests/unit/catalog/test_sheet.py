"""What is packed: real rows, each with its source; zeros and outliers are left out and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.catalog import sheet as packing
from infra.catalog.sheet import Sheet
from novacron.catalog.snapshot import Snapshot
from novacron.models.price import PriceKind, Unit

SIZE = [2, 8192, ["x86_64"], 0, False, True, False]
ORIGIN = {"source": "list", "licence": "MIT", "as_of": "2026-01-02"}


def _packed(sheet: Sheet, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    monkeypatch.setattr(packing, "DATA", folder)
    sheet.pack("aws", {"m": SIZE}, ORIGIN)
    return Snapshot(folder / "aws.zip")


def test_zero_and_far_prices_are_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = Sheet({"k": ORIGIN})
    prices = {"a": 1.0, "b": 1.1, "c": 0.0, "d": 9.0, "e": None}
    sheet.on_demand("m", prices)
    sheet.add(PriceKind.STORAGE, "gp3", Unit.GIB_MONTH, "k", prices)
    made = _packed(sheet, tmp_path, monkeypatch)
    assert [made.member(f"{region}.json")["m"] for region in prices] == [
        *("1", "1.1"),
        *(None, None, None),
    ]
    assert made.member("rates/a.json") == [["storage", "gp3", "gib-month", "1", "k"]]
    assert made.member("rates/c.json") == {}
    assert ["on-demand", "m", "c", "0.0", "zero"] in made.origin["dropped"]
    assert ["storage", "gp3", "d", "9.0", "outlier"] in made.origin["dropped"]
    assert len(made.origin["dropped"]) == 4


def test_the_same_input_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for _ in range(2):
        sheet = Sheet({"k": ORIGIN})
        sheet.on_demand("m", {"b": "0.2", "a": "0.1"})
        _packed(sheet, tmp_path, monkeypatch)
        made.append((tmp_path / "aws.zip").read_bytes())
    assert made[0] == made[1]


def test_a_price_of_several_regions_is_no_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = Sheet({"k": ORIGIN})
    sheet.on_demand("m", {"a": 1})
    sheet.add(PriceKind.SNAPSHOT, "standard", Unit.GIB_MONTH, "k", {"a": 0.05, "eu": 0.04})
    made = _packed(sheet, tmp_path, monkeypatch)
    assert made.regions() == ["a"]
    assert made.member("rates/eu.json") == {}
