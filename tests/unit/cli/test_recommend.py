"""Advice on the terminal: a list, a chart, a steering verb, an edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from novacron.cli.exits import CliError
from novacron.cli.recommend import chart
from tests.unit.cli.test_commands import Api

FOUND = {
    "id": "rec-1",
    "kind": "idle-vm",
    "state": "open",
    "title": "web runs and does nothing",
    "saving": "32.85",
    "currency": "USD",
    "realised": "31.90",
    "evidence": [
        {
            "signal": "cpu P95 of hours",
            "observed": 1.0,
            "threshold": 5.0,
            "unit": "percent",
            "points": [["2026-01-01T00:00:00Z", 1.0], ["2026-01-01T01:00:00Z", 4.0]],
        }
    ],
}


def test_a_list_asks_for_what_is_wanted() -> None:
    api = Api({"items": [FOUND]})
    printed = api.run("recommend", "list", "--kind", "idle-vm", "--account", "acc-1")
    assert dict(api.requests[-1].url.params) == {"kind": "idle-vm", "account": "acc-1"}
    assert "32.85" in printed


def test_one_is_shown_with_its_chart() -> None:
    printed = Api(FOUND).run("recommend", "show", "rec-1")
    assert "cpu P95 of hours: 1 of 5 percent" in printed
    assert "▃█" in printed
    assert "31.90" in printed


@pytest.mark.parametrize("verb", ["apply", "revert", "dismiss"])
def test_it_is_steered(verb: str) -> None:
    api = Api(FOUND)
    api.run("recommend", verb, "rec-1", "--idempotency-key", "k")
    asked = api.requests[-1]
    assert (asked.method, asked.url.path) == ("POST", f"/recommendations/rec-1/{verb}")
    assert asked.headers["Idempotency-Key"] == "k"


def test_what_is_for_good_is_confirmed_by_its_name() -> None:
    api = Api(FOUND)
    api.run("recommend", "apply", "rec-1", "--confirm", "old-shop")
    assert api.body() == {"confirm": "old-shop"}


def test_rules_are_shown_and_edited(tmp_path: Path) -> None:
    rule = {"kind": "idle-vm", "thresholds": {"cpu_percent": 5}, "reference": "https://x"}
    api = Api({"rules": [rule], "not_looked_for": {"unused-address": "Not seen."}})
    printed = api.run("recommend", "rules")
    assert "cpu_percent=5" in printed
    assert "unused-address is not looked for: Not seen." in printed
    edits = tmp_path / "rules.yaml"
    edits.write_text("rules: {idle-vm: {grace_hours: 0}}")
    api.run("recommend", "edit-rules", "--file", str(edits))
    assert api.body() == {"rules": {"idle-vm": {"grace_hours": 0}}}
    for text in ("a: [", "[]"):
        edits.write_text(text)
        with pytest.raises(CliError):
            api.run("recommend", "edit-rules", "--file", str(edits))


def test_a_chart_keeps_the_peaks() -> None:
    assert chart([0.0] * 119 + [7.0])[-1] == "█"
    assert len(chart([1.0] * 600)) == 60


def test_what_is_held_is_listed() -> None:
    one = {"days": 12, "end": "2026-12-31T00:00:00Z", "name": "2 x t3.large", "renews": False}
    printed = Api({"items": [one]}).run("recommend", "commitments")
    assert "2 x t3.large" in printed
    assert "12" in printed
