"""Budgets are made from flags, and shown with a bar of what is spent, reserved and foreseen."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from novacron.cli.budget import WIDTH, bar
from novacron.cli.exits import CliError
from novacron.models.budget import CreateBudget, Guard, Measure
from tests.unit.cli.test_commands import Api

STANDING = {
    "start": "2026-01-01T00:00:00Z",
    "end": "2026-02-01T00:00:00Z",
    "approved": "0",
    "spent": "10",
    "reserved": "20",
    "left": "30",
    "forecast": "40",
    "unpriced": [],
    "counted_at": "2026-01-09T00:00:00Z",
}
BUDGET = {"id": "bud-1", "name": "team", "limit": "60", "currency": "USD", "standing": STANDING}


def test_create_sends_what_the_api_takes(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("agreed between us\n")
    api = Api(BUDGET)
    words = ["budget", "create", "team", "--limit", "60.5", "--project", "x", "--tag", "env=dev"]
    words += ["--alert", "actual=80%", "--alert", "forecast=70", "--stop", "env=dev"]
    words += ["--email", "ops@example.com", "--webhook", "https://example.com/h?a=1"]
    words += ["--guard", "approve", "--account", "acc-1", "--secret-file", str(secret)]
    printed = api.run(*words)
    sent = CreateBudget.model_validate(api.body())
    assert sent.scope.account_id == "acc-1"
    assert sent.scope.tags == {"env": "dev", "project": "x"}
    assert [one.model_dump(exclude_none=True) for one in sent.thresholds] == [
        {"measure": "actual", "percent": 80, "stop": {}},
        {"measure": "forecast", "amount": 70, "stop": {"env": "dev"}},
    ]
    assert [one.kind for one in sent.channels] == ["email", "webhook"]
    assert sent.webhook_secret is not None
    assert sent.webhook_secret.get_secret_value() == "agreed between us"
    assert "▒" in printed


def test_the_bar_shows_each_part_of_the_limit() -> None:
    shown = bar(BUDGET).plain
    parts = {sign: shown.count(sign) for sign in "█▒·│"}
    assert parts == {"█": WIDTH // 6, "▒": WIDTH // 3, "·": WIDTH // 2, "│": 1}
    assert shown.index("│") == WIDTH * 2 // 3
    over = {**BUDGET, "standing": {**STANDING, "spent": "70", "forecast": "900", "left": "-30"}}
    assert bar(over).plain == "█" * WIDTH + "│"
    assert "red" in str(bar(over).spans)
    assert bar({**BUDGET, "standing": None}).plain == "no period now"


def test_a_list_shows_figures_and_is_whole_as_json() -> None:
    api = Api({"items": [BUDGET, {**BUDGET, "id": "bud-2", "standing": None}]})
    printed = api.run("budget", "list")
    assert [line.split()[:8] for line in printed.splitlines()[:2]] == [
        ["ID", "NAME", "LIMIT", "SPENT", "RESERVED", "LEFT", "FORECAST"],
        ["bud-1", "team", "60.00", "USD", "10.00", "20.00", "30.00", "40.00"],
    ]
    plain = Api({"items": [BUDGET]})
    assert json.loads(plain.run("-o", "json", "budget", "list")) == [BUDGET]


@pytest.mark.parametrize(
    ("words", "method", "path"),
    [
        (["approve", "bud-1", "--amount", "5"], "POST", "/budgets/bud-1/approve"),
        (["revert", "bud-1"], "POST", "/budgets/bud-1/revert"),
        (["delete", "bud-1", "--yes"], "DELETE", "/budgets/bud-1"),
        (["show", "bud-1"], "GET", "/budgets/bud-1"),
    ],
)
def test_each_verb_asks_its_route(words: list[str], method: str, path: str) -> None:
    api = Api(BUDGET)
    api.run("budget", *words)
    assert (api.requests[-1].method, api.requests[-1].url.path) == (method, path)


@pytest.mark.parametrize("words", [["--alert", "actual"], ["--stop", "env=dev"]])
def test_an_alert_without_a_figure_is_refused(words: list[str]) -> None:
    with pytest.raises(CliError):
        Api(BUDGET).run("budget", "create", "team", "--limit", "1", *words)


FULL = {
    **BUDGET,
    "created_at": "2026-01-01T00:00:00Z",
    "thresholds": [{"measure": "actual", "percent": "80", "amount": None, "stop": {}}],
    "channels": [{"kind": "email", "address": "ops@example.com"}],
}


def test_set_keeps_what_is_not_named() -> None:
    api = Api(FULL)
    api.run("budget", "set", "bud-1", "--limit", "80", "--guard", "off")
    assert [one.method for one in api.requests] == ["GET", "PUT"]
    sent = CreateBudget.model_validate(api.body())
    assert (sent.name, sent.limit, sent.guard) == ("team", Decimal(80), Guard.OFF)
    assert [one.percent for one in sent.thresholds] == [80]
    assert [one.kind for one in sent.channels] == ["email"]


def test_set_replaces_all_alerts_and_channels_that_are_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("agreed between us\n")
    words = ["budget", "set", "bud-1", "--alert", "rate=9", "--webhook", "https://example.com/h"]
    with pytest.raises(CliError, match="--secret-file"):
        Api(FULL).run(*words)
    api = Api(FULL)
    api.run(*words, "--secret-file", str(secret))
    sent = CreateBudget.model_validate(api.body())
    assert [(one.measure, one.amount) for one in sent.thresholds] == [(Measure.RATE, Decimal(9))]
    assert [one.kind for one in sent.channels] == ["webhook"]
