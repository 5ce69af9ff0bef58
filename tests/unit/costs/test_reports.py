"""The files say what the report says."""

from __future__ import annotations

import base64
import csv
import io
import re
import zlib
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from novacron.costs.reports import report_file
from novacron.models.cost import CostMetric
from novacron.models.showback import OwnerCost, ReportFormat, Showback

ZERO = Decimal(0)


def _owner(name: str, direct: str, **shared: str) -> OwnerCost:
    shares = {rule: Decimal(share) for rule, share in shared.items()}
    own = Decimal(direct)
    return OwnerCost(
        owner=name, direct=own, shared=shares, total=own + sum(shares.values(), Decimal(0))
    )


OWNERS = [_owner("red", "1000.000000000000000001", support="3"), _owner("=cmd()", "9.5")]
REPORT = Showback(
    start=date(2026, 1, 1),
    end=date(2026, 2, 1),
    metric=CostMetric.EFFECTIVE,
    currency="EUR",
    by="tag:team",
    rules=["support"],
    owners=OWNERS,
    unallocated=_owner("", "7", support="-0.5"),
    total=Decimal("1019.000000000000000001"),
    estimated=Decimal(7),
)


def _written(form: ReportFormat, report: Showback = REPORT) -> bytes:
    file = report_file(report, form)
    assert file.name == f"showback-2026-01-01-2026-02-01.{form.value}"
    return base64.b64decode(file.content)


def test_csv_has_every_digit_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(_written(ReportFormat.CSV).decode())))
    assert rows == [
        ["tag:team", "direct", "shared: support", "total (EUR)"],
        ["red", "1000.000000000000000001", "3", "1003.000000000000000001"],
        ["'=cmd()", "9.5", "0", "9.5"],
        ["(unallocated)", "7", "-0.5", "6.5"],
        ["(total)", "", "", "1019.000000000000000001"],
    ]


def test_parquet_adds_up() -> None:
    table = pq.read_table(io.BytesIO(_written(ReportFormat.PARQUET)))
    amounts: list[Any] = table.column("amount").to_pylist()
    assert sum(amounts, ZERO) == REPORT.total
    assert table.column("owner").null_count == 2


def test_pdf_shows_the_amounts() -> None:
    many = [_owner(f"team-{n}", str(n)) for n in range(100)]
    report = REPORT.model_copy(update={"owners": [*OWNERS, _owner("Käse 東", "1"), *many]})
    pdf = _written(ReportFormat.PDF, report)
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    pages = b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x"))
    told = [one.decode("latin-1") for one in re.findall(rb"\((.*?)\) Tj", pages)]
    text = "|".join(told)
    assert "red|1,000.00|3.00|1,003.00|98.4%" in text
    assert "|7.00|-0.50|6.50|0.6%" in text
    assert "Total: 1,019.00 EUR, of which 7.00 is estimated" in told
    assert "Käse ?|1.00|-|1.00" in text
    assert "team-99|99.00|-|99.00|9.7%" in text
