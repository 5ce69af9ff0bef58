"""VMs are grouped by what they need; a circle is refused."""

from __future__ import annotations

import pytest

from novacron.errors import InvalidSpec
from novacron.migration.assess.waves import Turn, turns, waves


def test_each_wave_needs_only_those_before_it() -> None:
    after = {"web": ["app", "cache"], "app": ["db"], "db": [], "cache": [], "cron": ["app"]}
    assert waves(after) == [["cache", "db"], ["app"], ["cron", "web"]]
    assert waves({}) == []


def test_a_circle_and_a_stranger_are_refused() -> None:
    with pytest.raises(InvalidSpec, match=r"a -> b -> a|b -> a -> b"):
        waves({"a": ["b"], "b": ["a"]})
    with pytest.raises(InvalidSpec, match="not moved"):
        waves({"a": ["b"]})


def test_a_wave_lasts_as_long_as_its_order_and_its_width_make_it() -> None:
    after: dict[str, list[str]] = {"web": ["db"], "db": [], "cron": [], "log": []}
    seconds = {"web": 10.0, "db": 60.0, "cron": 30.0, "log": 45.0}
    found = turns(after, seconds, at_once=2)
    assert found["cron"] == Turn(0, 30)
    assert found["db"] == Turn(0, 60)
    assert found["log"] == Turn(30, 75)
    assert found["web"] == Turn(60, 70)
    assert max(turn.ends for turn in turns(after, seconds, at_once=4).values()) == 70
    assert max(turn.ends for turn in turns(after, seconds, at_once=1).values()) == 145
    assert turns({}, {}, at_once=1) == {}
