"""SQL over cost rows: right for its tenant, and no way to anything else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from novacron.costs import visible
from novacron.costs.focus import ROWS
from novacron.costs.imports import import_delivery
from novacron.costs.manifest import folder
from novacron.costs.sql import ask as asking
from novacron.costs.sql import duck
from novacron.costs.sql.ask import ask
from novacron.costs.sql.limits import MOST_ROWS
from novacron.errors import InvalidSpec, NotReady, Unsupported
from novacron.models.cost import CostMetric, CostQuestion
from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from novacron.store.costs import CostStore
from tests.bills import Bills, row
from tests.world import World

JAN, FEB, MAR = (date(2026, n, 1) for n in (1, 2, 3))
AT = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = {"start": JAN, "end": MAR}


def _import(world: World, rows: list[dict[str, Any]], **told: Any) -> None:
    bills = Bills(rows)
    version = told.pop("version", "1")
    at = told.pop("at", AT)
    account = told.pop("account", world.account)
    import_delivery(world.services, account, bills, bills.delivery(version, at), **told)


@pytest.fixture
def told(world: World, tmp_path: Path) -> World:
    """Two months of ours, and a row of a rival's that stands in the same store."""
    world.services.cost_store = f"file://{tmp_path}/costs"
    _import(world, [row(JAN, "1.000000000000000001", tags={"env": "prod"}), row(JAN, "2")])
    _import(world, [row(FEB, "4"), row(FEB.replace(day=20), "8")])
    rival = world.account.model_copy(update={"tenant": "rival", "id": "acc-rival"})
    _import(world, [row(JAN, "666", ResourceId="secret")], account=rival)
    return world


def _ask(world: World, sql: str, tenant: str = "acme", **more: Any) -> SqlAnswer:
    question = SqlQuestion.model_validate({**DAYS, "sql": sql, **more})
    return ask(world.services, tenant, question)


def test_every_digit_arrives_and_maps_can_be_asked(told: World) -> None:
    found = _ask(told, "SELECT sum(BilledCost) AS cost, count(Tags['env']) FROM costs;")
    assert found.rows == [["15.000000000000000001", 1]]
    assert (found.columns[0].name, found.columns[0].type) == ("cost", "DECIMAL(38,18)")
    one = _ask(told, "FROM costs WHERE Tags['env'] = 'prod'")
    shown = dict(zip([column.name for column in one.columns], one.rows[0], strict=True))
    assert shown["ChargePeriodStart"] == "2026-01-01T00:00:00Z"
    assert shown["Tags"] == {"env": "prod"}


def test_the_sum_is_the_ledgers(told: World) -> None:
    asked = CostQuestion(start=JAN, end=MAR, metric=CostMetric.BILLED)
    total = _ask(told, "SELECT sum(x_BilledCost) FROM costs").rows[0][0]
    assert Decimal(total) == told.services.ledger("acme").ask(asked).total


def test_days_are_days_and_not_months(told: World) -> None:
    sql = "SELECT sum(BilledCost)::INT FROM costs"
    assert _ask(told, sql, start=FEB, end=FEB.replace(day=20)).rows == [[4]]
    assert _ask(told, sql, start=MAR, end=date(2026, 4, 1)).rows == [[None]]


def test_a_tenant_sees_its_own_rows_alone(told: World) -> None:
    sql = "SELECT DISTINCT x_Tenant FROM costs"
    assert _ask(told, sql).rows == [["acme"]]
    assert _ask(told, sql, "rival").rows == [["rival"]]
    assert _ask(told, sql, "nobody").rows == []
    assert len(_ask(told, "FROM costs", "nobody").columns) == len(ROWS)


def test_replaced_rows_are_gone(told: World) -> None:
    _import(told, [row(JAN, "5")], version="2", at=AT + timedelta(days=1))
    sql = "SELECT sum(BilledCost)::INT FROM costs"
    assert _ask(told, sql, start=JAN, end=FEB).rows == [[5]]


def test_estimates_count_for_days_that_no_bill_reaches(told: World) -> None:
    days = [date(2026, 2, 19), date(2026, 2, 20), date(2026, 2, 21)]
    _import(told, [row(day, "100") for day in days], estimated=True)
    sql = "SELECT sum(x_BilledCost)::INT FROM costs"
    assert _ask(told, sql, start=FEB).rows == [[112]]
    assert _ask(told, sql, start=FEB, estimates=False).rows == [[12]]


def _stored(told: World, tenant: str) -> str:
    """A path of a stored file, as a guess that comes true."""
    first = next(iter(CostStore(told.services.store.table).partitions(tenant)))
    return f"{told.services.cost_store.removeprefix('file://')}/{folder(first)}/00000.parquet"


HOSTILE = [
    "FROM read_parquet('{rival}')",
    "FROM '{rival}'",
    "FROM read_blob('{rival}')",
    "FROM parquet_metadata('{rival}')",
    "FROM read_parquet('{ours}')",
    "FROM read_parquet('{root}/**/*.parquet')",
    "FROM read_csv('/etc/passwd')",
    "FROM read_text('/proc/self/environ')",
    "FROM read_json('/etc/hostname')",
    "FROM glob('{root}/**')",
    "FROM read_parquet('https://example.com/x.parquet')",
    "FROM read_parquet('s3://bucket/x.parquet')",
    "FROM query('FROM read_csv(''/etc/passwd'')')",
    "FROM query_table(['{rival}'])",
    "ATTACH '{root}/x.db'",
    "ATTACH '{root}/x.db' AS x; SELECT 1",
    "COPY costs TO '{root}/out.csv'",
    "COPY (SELECT 1) TO '{root}/out.csv'",
    "EXPORT DATABASE '{root}/out'",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SELECT set_config('enable_external_access', 'true')",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{root}/x.duckdb_extension'",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY costs TO '{root}/out.csv'",
    "CREATE TABLE x AS FROM costs",
    "CREATE OR REPLACE VIEW costs AS SELECT 1",
    "CREATE SECRET (TYPE s3)",
    "DROP VIEW costs",
    "INSERT INTO costs SELECT * FROM costs",
    "DELETE FROM costs",
    "UPDATE costs SET BilledCost = 0",
    "PREPARE x AS SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "SELECT getenv('HOME')",
    "FROM python_secret",
    "FROM enable_logging(storage = 'file', storage_path = '{root}/out.csv')",
    "SELECT 1 FROM costs WHERE $1",
    "SELEC 1",
    "--",
]


@pytest.mark.parametrize("sql", HOSTILE)
def test_no_way_leads_out(
    told: World, tmp_path: Path, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duck, "python_secret", ROWS.empty_table(), raising=False)
    words = {"rival": _stored(told, "rival"), "ours": _stored(told, "acme"), "root": str(tmp_path)}
    assert all(Path(words[name]).exists() for name in ("rival", "ours"))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InvalidSpec) as refused:
        _ask(told, sql.format(**words))
    assert refused.value.field == "sql"
    assert sorted(tmp_path.rglob("*")) == before


LOOKING = [
    "FROM information_schema.tables",
    "FROM duckdb_views()",
    "FROM duckdb_tables()",
    "FROM duckdb_databases()",
    "FROM duckdb_secrets()",
    "FROM duckdb_settings()",
    "FROM duckdb_logs()",
    "SHOW ALL TABLES",
]


@pytest.mark.parametrize("sql", LOOKING)
def test_what_the_engine_tells_of_itself_names_nobody(
    told: World, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
    said = str(_ask(told, sql).rows)
    assert not [word for word in ("rival", "hush", "666") if word in said]
    assert told.services.cost_store.removeprefix("file://") not in said


def test_files_of_a_question_are_removed(
    told: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    assert _ask(told, "FROM costs").rows
    assert list((tmp_path / "own").iterdir()) == []


def test_an_answer_has_limits(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = _ask(told, "FROM range(1000000000000)")
    assert (len(endless.rows), endless.truncated) == (MOST_ROWS, True)
    wide = _ask(told, "SELECT repeat('x', 1000000) FROM range(100)")
    assert (len(wide.rows), wide.truncated) == (4, True)
    assert not _ask(told, f"FROM range({MOST_ROWS})").truncated
    monkeypatch.setattr(visible, "MOST_BYTES", 10)
    with pytest.raises(InvalidSpec, match="are read at once") as refused:
        _ask(told, "FROM costs")
    assert refused.value.field == "start"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement is interrupted as if its time were over."""
    real = duck.run

    def run(sources: Any, question: SqlQuestion) -> SqlAnswer:
        return real(sources, question, seconds=0.2)

    monkeypatch.setattr(duck, "run", run)


@pytest.mark.usefixtures("impatient")
def test_a_long_statement_ends(told: World) -> None:
    with pytest.raises(InvalidSpec, match=r"more than 0\.2 seconds"):
        _ask(told, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")


def test_too_much_memory_is_the_questions_fault(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(duck.CONFIG, "memory_limit", "50MB")
    with pytest.raises(InvalidSpec, match=r"[Mm]emory"):
        _ask(told, "SELECT array_agg(range) FROM range(100000000)")


def test_rows_that_keep_moving_are_said_to(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(_stored(told, "acme")).unlink()
    with pytest.raises(NotReady):
        _ask(told, "FROM costs")


def test_without_an_engine_it_says_so(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "find_spec", lambda _: None)
    with pytest.raises(Unsupported):
        _ask(told, "FROM costs")
