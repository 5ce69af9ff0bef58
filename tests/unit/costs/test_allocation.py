"""Who pays: shares are by the rule, and together with what nobody owns they are the whole."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from novacron.costs.allocation import showback, split
from novacron.costs.answers import answer
from novacron.costs.facts import Fact
from novacron.costs.ledger import Filters, Series
from novacron.models.allocation import Allocation, SharingRule, Split
from novacron.models.cost import CostAnswer, CostMetric, CostQuestion, Days
from novacron.models.showback import Showback, ShowbackRequest

DAY = date(2026, 1, 1)
WIDE = Context(prec=80)
REQUEST = ShowbackRequest(start=DAY, end=date(2026, 2, 1))


class Told:
    """A ledger of one day. ``costs``: (team, service) -> amount."""

    def __init__(self, costs: dict[tuple[str, str], str]) -> None:
        self.costs = costs

    def ask(self, question: CostQuestion) -> CostAnswer:
        assert question.group_by == ["tag:team", "service"]
        facts = [Fact(key, DAY, Decimal(amount), False) for key, amount in self.costs.items()]
        return answer(question, "USD", facts)

    def daily(self, days: Days, metric: CostMetric, filters: Filters) -> Series:
        raise NotImplementedError

    def daily_by(
        self, days: Days, metric: CostMetric, filters: Filters, dimension: str
    ) -> dict[str, Series]:
        raise NotImplementedError


COSTS = {
    ("red", "VMs"): "30",
    ("blue", "VMs"): "10",
    ("", "VMs"): "7",
    ("red", "Support"): "1",
    ("", "Support"): "9",
}


def _report(**rule: Any) -> Showback:
    support = {"name": "support", "filters": {"service": ["Support"]}, **rule}
    allocation = Allocation.model_validate({"by": "tag:team", "rules": [support]})
    return showback(Told(COSTS), REQUEST, allocation)


@pytest.mark.parametrize(
    ("rule", "red", "blue", "unallocated"),
    [
        ({"split": "even"}, "35", "15", "7"),
        ({"split": "proportional"}, "37.5", "12.5", "7"),
        ({"split": "fixed", "shares": {"red": "0.5", "blue": "0.2"}}, "35", "12", "10"),
        ({"split": "even", "among": ["blue"]}, "30", "20", "7"),
        ({"split": "proportional", "among": ["green"]}, "30", "10", "17"),
    ],
)
def test_shared_costs_are_split(
    rule: dict[str, Any], red: str, blue: str, unallocated: str
) -> None:
    told = _report(**rule)
    assert {one.owner: one.total for one in told.owners} == {
        "red": Decimal(red),
        "blue": Decimal(blue),
    }
    assert told.unallocated.total == Decimal(unallocated)
    assert told.total == 57


@given(
    amount=st.decimals(-(10**18), 10**18, places=18),
    direct=st.dictionaries(st.text(max_size=3), st.decimals(-(10**9), 10**9, places=6)),
    kind=st.sampled_from([Split.EVEN, Split.PROPORTIONAL]),
)
def test_no_digit_is_lost_or_made(amount: Decimal, direct: dict[str, Decimal], kind: Split) -> None:
    rule = SharingRule(name="r", filters={"service": ["x"]}, split=kind)
    shares = split(rule, amount, direct)
    assert _sum(shares.values()) == amount
    assert all(share.as_tuple().exponent == -18 for share in shares.values())


@given(st.lists(st.integers(1, 100), min_size=1, max_size=20), st.decimals(0, 10**18, places=18))
def test_fixed_shares_leave_the_rest(percents: list[int], amount: Decimal) -> None:
    total = max(sum(percents), 100)
    given_ = {str(n): Decimal(one) / total for n, one in enumerate(percents)}
    shares = {owner: share.quantize(Decimal("1e-12")) for owner, share in given_.items()}
    shares = {owner: share for owner, share in shares.items() if share}
    if sum(shares.values()) > 1:
        with pytest.raises(ValidationError, match="more than the whole"):
            SharingRule(name="r", filters={"service": ["x"]}, split=Split.FIXED, shares=shares)
        return
    rule = SharingRule(name="r", filters={"service": ["x"]}, split=Split.FIXED, shares=shares)
    assert _sum(split(rule, amount, {}).values()) == amount


def _sum(amounts: Any) -> Decimal:
    """Of whole units, which Python's integers add up exactly."""
    units = sum(int(one.scaleb(18, context=WIDE)) for one in amounts)
    return Decimal(units).scaleb(-18, context=WIDE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"split": "fixed"},
        {"split": "even", "shares": {"red": "0.5"}},
        {"split": "fixed", "shares": {"red": "0.5"}, "among": ["red"]},
        {"split": "fixed", "shares": {"red": "0.6", "blue": "0.5"}},
        {"split": "even", "filters": {}},
    ],
)
def test_rules_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SharingRule.model_validate({"name": "r", "filters": {"service": ["x"]}, **wrong})
