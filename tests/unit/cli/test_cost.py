"""Questions become what the API takes; answers become bars and files."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from novacron.cli.charts import money, sparkline
from novacron.models.cost import CostAnswer, CostQuestion
from novacron.models.cost_export import CostExport, CostExportRequest, ExportLink
from novacron.models.cost_import import CostSettings, Digest
from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from novacron.models.showback import OwnerCost, ReportFile, Showback, ShowbackRequest
from tests.unit.cli.test_commands import Api

DAYS = ("--from", "2026-01-01", "--to", "2026-01-31")


def _group(service: str, *amounts: str, **told: str) -> dict[str, Any]:
    points = [
        {"start": f"2026-01-{day:02}", "amount": amount} for day, amount in enumerate(amounts, 1)
    ]
    total = str(sum(map(Decimal, amounts)))
    return {"key": {"service": service}, "total": total, "points": points, **told}


ANSWER = CostAnswer.model_validate(
    {
        "currency": "EUR",
        "total": "1512.5",
        "estimated": "3",
        "groups": [
            _group("VMs", "500", "0", "1000", compared="1000", change="500"),
            _group("[red]", "5", "7.5", compared="0", change="12.5"),
        ],
        "freshness": [
            {
                "account_id": "acc-1",
                "provider": "aws",
                "through": "2026-01-03",
                "imported_at": "2026-01-04T00:00:00Z",
                "stale": True,
            }
        ],
    }
).model_dump(mode="json")


def test_commitments_are_a_table_of_their_own() -> None:
    sums = {"used_cost": "30.0", "unused_cost": "10.0"}
    whole = {"used": "558", "unused": "186", "utilisation": "0.75", "unit": "Hours"}
    none = dict.fromkeys(whole)
    told = [
        {"commitment": "ri-1", "type": "Reserved Instance", "points": [], **sums, **whole},
        {"commitment": "ri-2", "type": "Reserved Instance", "points": [], **sums, **none},
    ]
    answer = CostAnswer.model_validate({**ANSWER, "commitments": told})
    api = Api(answer.model_dump(mode="json"))
    printed = api.run("cost", "query", *DAYS, "--by", "commitment").splitlines()
    [known] = [line.split() for line in printed if line.startswith("ri-1")]
    assert known == ["ri-1", "558.00", "186.00", "Hours", "75.0%", "30.00", "10.00"]
    [unknown] = [line.split() for line in printed if line.startswith("ri-2")]
    assert unknown == ["ri-2", "-", "-", "-", "-", "30.00", "10.00"]


def test_a_question_is_sent_and_its_answer_drawn() -> None:
    api = Api(ANSWER)
    words = ("--by", "service", "-f", "region=north", "-f", "region=south", "--compare", "previous")
    printed = api.run("cost", "query", *DAYS, *words)
    assert api.requests[-1].url.path == "/costs:query"
    asked = CostQuestion.model_validate(api.body())
    assert (str(asked.start), str(asked.end)) == ("2026-01-01", "2026-02-01")
    assert (asked.group_by, asked.filters) == (["service"], {"region": ["north", "south"]})
    assert asked.compare == "previous"
    lines = printed.splitlines()
    assert "1,500.00" in lines[1]
    assert "█" * 24 in lines[1]
    assert "▅▁█" in lines[1]
    assert "+500.00 (+50%)" in lines[1]
    assert "[red]" in lines[2]
    assert "+12.50 (new)" in lines[2]
    assert "Total 1,512.50 EUR" in printed
    assert "3.00 EUR of it is estimated" in printed
    assert "acc-1 is stale" in printed
    assert json.loads(Api(ANSWER).run("-o", "json", "cost", "query", *DAYS)) == ANSWER


def _owner(name: str, direct: str, **shared: str) -> OwnerCost:
    parts = {rule: Decimal(share) for rule, share in shared.items()}
    total = Decimal(direct) + sum(parts.values(), Decimal(0))
    return OwnerCost(owner=name, direct=Decimal(direct), shared=parts, total=total)


def test_a_report_is_shown_and_its_file_written(tmp_path: Path) -> None:
    file = ReportFile(
        name="x.pdf", media_type="application/pdf", content=base64.b64encode(b"%PDF").decode()
    )
    report = Showback.model_validate(
        {
            "start": "2026-01-01",
            "end": "2026-02-01",
            "metric": "effective",
            "currency": "USD",
            "by": "tag:team",
            "rules": ["support"],
            "owners": [_owner("red", "20", support="5")],
            "unallocated": _owner("", "7.25"),
            "total": "32.25",
            "estimated": "0",
            "file": file,
        }
    )
    api = Api(report.model_dump(mode="json"))
    printed = api.run("cost", "report", *DAYS, "--file", str(tmp_path / "january.pdf"))
    assert ShowbackRequest.model_validate(api.body()).format == "pdf"
    assert (tmp_path / "january.pdf").read_bytes() == b"%PDF"
    rows = [line.split() for line in printed.splitlines()]
    assert [rows[1][0], rows[1][1], *rows[1][-2:]] == ["red", "25.00", "20.00", "5.00"]
    assert rows[2][:2] == ["(unallocated)", "7.25"]
    assert rows[3] == ["Total", "32.25", "USD"]


def test_settings_are_shown_edited_and_put_back(tmp_path: Path) -> None:
    there = CostSettings.model_validate({"rates": {"EUR": {"2026-01-01": "1.10"}}, "version": 2})
    api = Api(there.model_dump(mode="json"))
    kept = tmp_path / "settings.yaml"
    kept.write_text(api.run("-o", "yaml", "cost", "settings", "show"))
    edited = yaml.safe_load(kept.read_text())
    assert (edited["digest"], edited["urgent"]) == ("none", None)
    edited |= {"tags": ["env"], "digest": "weekly", "urgent": 99.5}
    kept.write_text(yaml.safe_dump(edited))
    api.run("cost", "settings", "put", "--file", str(kept))
    assert api.requests[-1].headers["Idempotency-Key"]
    sent = CostSettings.model_validate(api.body())
    changed = {"tags": ["env"], "digest": Digest.WEEKLY, "urgent": Decimal("99.5")}
    assert sent == there.model_copy(update=changed)


def test_sql_is_sent_and_its_rows_drawn_as_they_are() -> None:
    told = {
        "columns": [{"name": "n[red]", "type": "VARCHAR"}, {"name": "x", "type": "DECIMAL(38,18)"}],
        "rows": [["[bold]web", "1.000000000000000001"], [None, {"env": "prod"}]],
        "truncated": False,
    }
    api = Api(SqlAnswer.model_validate(told).model_dump(mode="json"))
    lines = api.run("cost", "sql", "SELECT 1 FROM costs", *DAYS, "--billed-only").splitlines()
    assert api.requests[-1].url.path == "/costs:sql"
    asked = SqlQuestion.model_validate(api.body())
    assert (asked.sql, str(asked.end), asked.estimates) == (
        "SELECT 1 FROM costs",
        "2026-02-01",
        False,
    )
    assert [line.split() for line in lines] == [
        ["n[red]", "x"],
        ["[bold]web", "1.000000000000000001"],
        ["-", "env=prod"],
    ]
    plain = Api(api.reply).run("-o", "json", "cost", "sql", "SELECT 1", *DAYS)
    assert json.loads(plain) == told


def test_rows_are_written_as_a_file(tmp_path: Path) -> None:
    file = ReportFile(name="x", media_type="x/y", content=base64.b64encode(b"PAR1").decode())
    api = Api(CostExport(rows=3, file=file).model_dump(mode="json"))
    kept = tmp_path / "january.parquet"
    api.run("cost", "export", *DAYS, "--file", str(kept), "--estimates")
    assert api.requests[-1].url.path == "/costs:export"
    assert CostExportRequest.model_validate(api.body()).estimates
    assert kept.read_bytes() == b"PAR1"


def test_a_large_file_is_fetched_by_its_link_without_our_token(tmp_path: Path) -> None:
    link = ExportLink(name="x", url="https://bucket.test/x?sig=1", expires_at=datetime.now(UTC))
    api = Api(CostExport(rows=3, link=link).model_dump(mode="json"))
    kept = tmp_path / "january.csv"
    api.run("cost", "export", *DAYS, "--file", str(kept))
    asked, fetched = api.requests
    assert CostExportRequest.model_validate_json(asked.content).format == "csv"
    assert str(fetched.url) == link.url
    assert "Authorization" in asked.headers
    assert "Authorization" not in fetched.headers
    assert json.loads(kept.read_bytes()) == api.reply


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0.00"),
        ("0.001", "0.0010"),
        ("-0.0000312", "-0.000031"),
        ("-9", "-9.00"),
    ],
)
def test_money(amount: str, shown: str) -> None:
    assert money(amount) == shown


def test_lines_of_days() -> None:
    assert sparkline([Decimal(n) for n in (0, 7, -3)]) == "▁█▁"
    assert sparkline([Decimal(0)] * 3) == "▁▁▁"
    assert len(sparkline([Decimal(1)] * 365)) <= 62


@pytest.mark.parametrize("wrong", [("--from", "january"), ("-f", "region")])
def test_what_means_nothing_is_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises((typer.BadParameter, AssertionError), match=r"no day|not DIMENSION"):
        Api(ANSWER).run("cost", "query", *wrong)
