"""SQL at Athena: answers as DuckDB's, by credentials that reach one tenant's files alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from novacron.costs.imports import import_delivery
from novacron.costs.sql import ask as asking
from novacron.costs.sql.ask import ask
from novacron.costs.sql.athena import policy, statement, tables
from novacron.costs.sql.athena import run as running
from novacron.costs.sql.athena.database import sweep_questions
from novacron.costs.sql.athena.place import Asked, Place
from novacron.costs.sql.limits import MOST_ROWS
from novacron.costs.visible import stored_sources
from novacron.errors import InvalidSpec, NotReady, ProviderUnavailable, Throttled, Unsupported
from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from tests.athena import BUCKET, REGION, ROLE, WORKGROUP, LocalAthena, role_policy
from tests.bills import Bills, Killed, row
from tests.iam import allowed
from tests.s3 import s3
from tests.world import World

JAN, FEB, MAR = (date(2026, n, 1) for n in (1, 2, 3))
AT = datetime(2026, 3, 1, tzinfo=UTC)
SUM = "SELECT cast(sum(billedcost) AS integer) FROM costs"


HERE = Place(ROLE, WORKGROUP, BUCKET, "costs")


def _import(world: World, rows: list[dict[str, Any]], **told: Any) -> None:
    bills = told.pop("bills", None) or Bills(rows)
    version, at = told.pop("version", "1"), told.pop("at", AT)
    account = told.pop("account", world.account)
    import_delivery(world.services, account, bills, bills.delivery(version, at), **told)


class Ticks:
    """Each look takes a second."""

    def __init__(self) -> None:
        self.at = 0.0

    def clock(self) -> statement.Clock:
        return statement.Clock(lambda: self.at, self._pass)

    def _pass(self, _: float) -> None:
        self.at += 1


@pytest.fixture
def athena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalAthena:
    monkeypatch.setattr(asking, "find_spec", lambda _: None)
    monkeypatch.setattr(running, "Clock", Ticks().clock)
    return LocalAthena(tmp_path)


@pytest.fixture
def told(world: World, athena: LocalAthena, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two months of ours, and a row of a rival's in the same bucket."""
    with s3(monkeypatch):
        athena.install(monkeypatch)
        world.services.cost_store = f"s3://{BUCKET}/costs"
        world.services.query_role, world.services.query_workgroup = ROLE, WORKGROUP
        _import(world, [row(JAN, "1.000000000000000001", tags={"env": "prod"}), row(JAN, "2")])
        _import(world, [row(FEB, "4"), row(FEB.replace(day=20), "8")])
        rival = world.account.model_copy(update={"tenant": "rival", "id": "acc-rival"})
        _import(world, [row(JAN, "666", ResourceId="secret")], account=rival)
        yield world


def _ask(world: World, sql: str, tenant: str = "acme", **more: Any) -> SqlAnswer:
    question = SqlQuestion.model_validate({"start": JAN, "end": MAR, "sql": sql, **more})
    return ask(world.services, tenant, question)


def _databases() -> list[str]:
    glue = boto3.client("glue", region_name=REGION)
    return [one["Name"] for one in glue.get_databases()["DatabaseList"]]


def test_every_digit_arrives_with_its_type(told: World) -> None:
    found = _ask(told, "SELECT sum(billedcost) AS cost, count(*) n, bool_or(true), NULL FROM costs")
    assert found.rows == [["15.000000000000000001", 4, True, None]]
    assert [one.type for one in found.columns[:3]] == ["DECIMAL(38,18)", "BIGINT", "BOOLEAN"]
    assert not found.truncated


def test_it_answers_as_duckdb_does(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "SELECT x_tenant, resourceid, billedcost FROM costs ORDER BY billedcost"
    here = _ask(told, sql).rows
    monkeypatch.undo()
    with s3(monkeypatch) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        assert here == _ask(told, sql).rows
    assert len(here) == 4


def test_a_tenant_sees_its_own_rows_alone(told: World) -> None:
    sql = "SELECT DISTINCT x_tenant FROM costs"
    assert _ask(told, sql).rows == [["acme"]]
    assert _ask(told, sql, "rival").rows == [["rival"]]
    assert _ask(told, sql, "nobody").rows == []


def test_days_are_days_and_not_months(told: World) -> None:
    assert _ask(told, SUM, start=FEB, end=FEB.replace(day=20)).rows == [[4]]
    assert _ask(told, SUM, start=MAR, end=date(2026, 4, 1)).rows == [[None]]


def test_replaced_rows_and_half_an_import_are_not_there(told: World) -> None:
    later = AT + timedelta(days=1)
    _import(told, [row(JAN, "5")], version="2", at=later)
    killed = Bills([row(JAN, "70"), row(JAN, "80")], size=1, kill_after=1)
    with pytest.raises(Killed):
        _import(told, [], bills=killed, version="3", at=later + timedelta(days=1))
    assert _ask(told, SUM, start=JAN, end=FEB).rows == [[5]]


def test_estimates_count_for_days_that_no_bill_reaches(told: World) -> None:
    days = [date(2026, 2, 19), date(2026, 2, 20), date(2026, 2, 21)]
    _import(told, [row(day, "100") for day in days], estimated=True)
    assert _ask(told, SUM, start=FEB).rows == [[112]]
    assert _ask(told, SUM, start=FEB, estimates=False).rows == [[12]]


def test_the_text_reaches_no_other_database(told: World, athena: LocalAthena) -> None:
    """A rival's question stands there with its rows while ours is asked."""
    others = HERE, Asked("rival", "0" * 32)
    question = SqlQuestion(start=JAN, end=MAR, sql="SELECT 1")
    lists = tables.lists(stored_sources(told.services, "rival", question, estimates=True), question)
    with running._made(*others, lists, question, Ticks().clock()):
        assert _ask(told, "SELECT DISTINCT x_tenant FROM costs").rows == [["acme"]]
        with pytest.raises(InvalidSpec) as refused:
            _ask(told, f"SELECT * FROM novacron_{'0' * 32}.costs")
    assert refused.value.detail == "The SQL engine refuses it: TABLE_NOT_FOUND at line 1:15."


def test_the_role_alone_would_see_it() -> None:
    """The session's policy is what holds: the same text with the role's own reads the rival's."""
    assert allowed([role_policy()], "s3:GetObject", f"arn:aws:s3:::{BUCKET}/costs/rival/x")
    asked = Asked("acme", "1" * 32)
    session = [role_policy(), json.loads(policy.asking(HERE, asked))]
    may = ["costs/acme/x", f"asked/acme/{'1' * 32}/files/20260101/list.txt"]
    may_not = ["costs/rival/x", "costs/acme2/x", "asked/rival/x", f"asked/acme/{'2' * 32}/x"]
    for key in (*may, *may_not):
        resource = f"arn:aws:s3:::{BUCKET}/{key}"
        assert allowed(session, "s3:GetObject", resource) == (key in may), key


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", "s3:::chunks/costs/acme/x"),
        ("s3:PutObject", f"s3:::chunks/asked/acme/{'1' * 32}/files/20260101/list.txt"),
        ("s3:DeleteObject", f"s3:::chunks/asked/acme/{'1' * 32}/answer/x"),
        ("glue:GetDatabases", "glue:us-east-1:123456789012:catalog"),
        ("glue:CreateTable", f"glue:us-east-1:123456789012:database/novacron_{'1' * 32}"),
        ("glue:DeleteDatabase", f"glue:us-east-1:123456789012:database/novacron_{'1' * 32}"),
        ("glue:GetTable", f"glue:us-east-1:123456789012:database/novacron_{'2' * 32}"),
        ("athena:StartQueryExecution", "athena:us-east-1:123456789012:workgroup/primary"),
        ("lambda:InvokeFunction", "lambda:us-east-1:123456789012:function:any"),
        ("sts:AssumeRole", "iam::123456789012:role/ask"),
    ],
)
def test_the_texts_credentials_change_nothing(action: str, resource: str) -> None:
    own = json.loads(policy.asking(HERE, Asked("acme", "1" * 32)))
    assert not allowed([role_policy(), own], action, f"arn:aws:{resource}")


def test_who_makes_the_tables_reads_no_rows() -> None:
    own = json.loads(policy.making(HERE, Asked("acme", "1" * 32)))
    assert not allowed([own], "s3:GetObject", f"arn:aws:s3:::{BUCKET}/costs/acme/x")


def test_policies_of_the_longest_names_fit() -> None:
    longest = Place(
        f"arn:aws-us-gov:iam::123456789012:role/{'r' * 64}",
        f"arn:aws-us-gov:athena:us-gov-east-1:123456789012:workgroup/{'g' * 128}",
        "b" * 63,
        "costs",
    )
    asked = Asked("t" * 63, "0" * 32)
    for made in (policy.asking(longest, asked), policy.making(longest, asked)):
        assert len(made) <= policy.MOST
    assert len(policy.sweeping(longest)) <= policy.MOST


@pytest.mark.parametrize(
    "sql",
    [
        "DROP VIEW costs",
        "INSERT INTO costs SELECT * FROM costs",
        "UNLOAD (SELECT 1) TO 's3://chunks/x/' WITH (format = 'PARQUET')",
        "CREATE TABLE x AS SELECT * FROM costs",
        "USING EXTERNAL FUNCTION f(x INT) RETURNS INT LAMBDA 'any' SELECT f(1)",
        "EXECUTE x",
        "SHOW TABLES",
        "/* SELECT */ DELETE FROM costs",
        "-- SELECT",
        "/**/" * 4999 + "x",
        "( " * 9000 + "x",
        "selected",
    ],
)
def test_what_is_no_select_never_starts(sql: str) -> None:
    """Nothing is asked of AWS, which is not there."""
    question = SqlQuestion(start=JAN, end=MAR, sql=sql)
    with pytest.raises(InvalidSpec) as refused:
        running.run(HERE, "acme", [], question)
    assert refused.value.field == "sql"


def test_selects_may_begin_with_comments(told: World) -> None:
    for sql in ("-- a\n/* b */ (select 1)", "WITH x AS (SELECT 1) SELECT * FROM x"):
        assert _ask(told, sql).rows == [[1]]


def test_a_long_statement_is_stopped(told: World, athena: LocalAthena) -> None:
    athena.stuck = True
    with pytest.raises(InvalidSpec, match="more than 15 seconds"):
        _ask(told, SUM)
    assert athena.stopped == [SUM]


NAMES = "arn:aws:s3:::chunks/costs/acme novacron_00 123456789012"
FATES = [
    ({"State": "CANCELLED", "StateChangeReason": f"limit {NAMES}"}, InvalidSpec, "reads more than"),
    (
        {
            "State": "FAILED",
            "StateChangeReason": f"COLUMN_NOT_FOUND: line 1:8: {NAMES}",
            "AthenaError": {"ErrorCategory": 2, "ErrorMessage": NAMES},
        },
        InvalidSpec,
        "refuses it: COLUMN_NOT_FOUND at line 1:8.",
    ),
    (
        {"State": "FAILED", "AthenaError": {"ErrorCategory": 2}, "StateChangeReason": NAMES},
        InvalidSpec,
        "refuses it: not valid.",
    ),
    (
        {"State": "FAILED", "AthenaError": {"ErrorCategory": 1, "Retryable": True}},
        NotReady,
        "not take",
    ),
    ({"State": "FAILED", "StateChangeReason": NAMES}, ProviderUnavailable, "failed"),
]


@pytest.mark.parametrize(("fate", "kind", "words"), FATES)
def test_the_engines_words_stay_with_us(
    told: World, athena: LocalAthena, fate: dict[str, Any], kind: type[Exception], words: str
) -> None:
    athena.fate = fate
    with pytest.raises(kind, match=words) as refused:
        _ask(told, "SELECT 1")
    assert not [word for word in NAMES.split() if word in str(refused.value)]
    assert _databases() == []


def test_a_busy_engine_is_throttled(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> str:
        told = {"Error": {"Code": "TooManyRequestsException", "Message": NAMES}}
        raise ClientError(told, "StartQueryExecution")  # type: ignore[arg-type]

    monkeypatch.setattr(statement, "run", busy)
    with pytest.raises(Throttled, match=r"^The SQL engine is busy\.$"):
        _ask(told, "SELECT 1")
    assert _databases() == []


def test_an_answer_is_not_lost_when_its_database_stays(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        told = {"Error": {"Code": "ThrottlingException", "Message": NAMES}}
        raise ClientError(told, "DeleteDatabase")  # type: ignore[arg-type]

    monkeypatch.setattr(running, "drop", refuse)
    assert _ask(told, "SELECT 1").rows == [[1]]
    assert len(_databases()) == 1


def test_an_answer_has_limits(told: World, athena: LocalAthena) -> None:
    athena.page = 999
    endless = _ask(told, f"SELECT * FROM range({MOST_ROWS + 1})")
    assert (len(endless.rows), endless.truncated) == (MOST_ROWS, True)
    assert endless.rows[-1] == [MOST_ROWS - 1]
    assert not _ask(told, f"SELECT * FROM range({MOST_ROWS})").truncated
    wide = _ask(told, "SELECT repeat('x', 1000000) FROM range(100)")
    assert (len(wide.rows), wide.truncated) == (4, True)


def test_what_a_kill_leaves_is_swept_by_its_owner(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither another stack's, nor one that may still be asked."""
    glue = boto3.client("glue", region_name=REGION)
    with monkeypatch.context() as patch:
        patch.setattr(running, "drop", lambda *_: None)
        _ask(told, "SELECT 1")
    glue.create_database(
        DatabaseInput={"Name": "novacron_other", "Parameters": {"novacron:stack": "other-costs"}}
    )
    [ours] = [name for name in _databases() if name != "novacron_other"]
    told.clock.at = datetime.now(UTC)
    assert sweep_questions(told.services) == 0
    told.clock.at += timedelta(hours=2)
    assert sweep_questions(told.services) == 1
    assert ours not in _databases()
    assert _databases() == ["novacron_other"]


def test_without_athena_it_says_so(told: World) -> None:
    told.services.query_role = ""
    with pytest.raises(Unsupported):
        _ask(told, SUM)
    assert sweep_questions(told.services) == 0
