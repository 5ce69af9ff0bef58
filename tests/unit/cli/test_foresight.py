"""Forecasts and anomalies in the terminal: real answers, drawn."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from novacron.cli.chart import COMING, HEIGHT, KNOWN, LIKELY, POSSIBLE, WIDTH, Day, chart
from novacron.costs.forecast.answer import forecast
from novacron.models.anomaly import Feedback
from novacron.models.forecast import ForecastQuestion, Until
from tests.handlers.foreseeing import FOUND
from tests.ledgers import Books, Spent
from tests.unit.cli.test_commands import Api
from tests.unit.costs.forecast.test_answer import TODAY

ROWS = [Spent(TODAY - timedelta(days=n), Decimal(100 + n * 7919 % 23)) for n in range(90, 0, -1)]
ANSWER = forecast(Books(ROWS), ForecastQuestion(until=Until.QUARTER), TODAY)


def test_a_forecast_is_asked_for_and_drawn_with_its_bands() -> None:
    api = Api(ANSWER.model_dump(mode="json"))
    words = ("--until", "quarter", "--by", "service", "--filter", "provider=aws")
    printed = api.run("cost", "forecast", *words, "--change", "2026-12-01,-3")
    asked = api.requests[-1].url
    assert asked.path == "/costs/forecast"
    assert dict(asked.params) == {
        "until": "quarter",
        "metric": "effective",
        "top": "5",
        "group_by": "service",
        "filter": "provider=aws",
        "change": "2026-12-01,-3",
    }
    [group] = ANSWER.groups
    for told in group.periods:
        assert f"{told.amount:,.2f}" in printed
        assert told.band_95
        assert f"{told.band_95.low:,.2f} to {told.band_95.high:,.2f}" in printed
    body = printed.partition("spent   ")[0]
    assert all(mark in body for mark in (KNOWN, COMING, LIKELY, POSSIBLE))


def test_a_forecast_for_programs_is_the_answer() -> None:
    api = Api(ANSWER.model_dump(mode="json"))
    assert json.loads(api.run("-o", "json", "cost", "forecast")) == api.reply


def test_a_group_without_history_has_no_chart() -> None:
    empty = forecast(Books([Spent(ROWS[-1].day, Decimal(1))]), ForecastQuestion(), TODAY)
    printed = Api(empty.model_dump(mode="json")).run("cost", "forecast")
    assert "no bands" in printed
    assert "unknown" in printed


def test_anomalies_are_listed_newest_first() -> None:
    older = FOUND.model_copy(update={"id": "20260101-f"})
    items = [one.model_dump(mode="json") for one in (older, FOUND)]
    printed = Api({"items": items, "next_cursor": None}).run("cost", "anomalies")
    assert printed.index(FOUND.id) < printed.index(older.id)
    assert "vm-ours" in printed


def test_feedback_is_what_the_api_takes() -> None:
    api = Api(FOUND.model_dump(mode="json"))
    words = ("expected", "--days", "9", "--note", "a load test")
    api.run("cost", "feedback", FOUND.id, *words)
    assert api.requests[-1].url.path == f"/anomalies/{FOUND.id}/feedback"
    sent = Feedback.model_validate(api.body())
    assert (sent.verdict.value, sent.days, sent.note) == ("expected", 9, "a load test")


@pytest.mark.parametrize("count", [5, WIDTH, 500])
def test_a_chart_has_a_bar_s_height_for_its_value_and_fits(count: int) -> None:
    def day(index: int) -> Day:
        amount = 6.0 if index < count // 2 else 12.0
        return Day(amount, True, (amount, amount), (amount, amount))

    lines = chart([day(index) for index in range(count)], "a", "b")
    cells = [line.partition("│")[2] for line in lines[:HEIGHT]]
    assert max(len(line) for line in cells) <= WIDTH + 1
    heights = [sum(line[at] == KNOWN for line in cells) for at in (0, -1)]
    assert heights == [HEIGHT // 2, HEIGHT]
