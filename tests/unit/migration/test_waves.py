"""VMs are grouped by what they need; a circle is refused."""

from __future__ import annotations

import pytest

from novacron.errors import InvalidSpec
from novacron.migration.assess.waves import waves


def test_each_wave_needs_only_those_before_it() -> None:
    after = {"web": ["app", "cache"], "app": ["db"], "db": [], "cache": [], "cron": ["app"]}
    assert waves(after) == [["cache", "db"], ["app"], ["cron", "web"]]
    assert waves({}) == []


def test_a_circle_and_a_stranger_are_refused() -> None:
    with pytest.raises(InvalidSpec, match=r"a -> b -> a|b -> a -> b"):
        waves({"a": ["b"], "b": ["a"]})
    with pytest.raises(InvalidSpec, match="not moved"):
        waves({"a": ["b"]})
