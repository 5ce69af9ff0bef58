"""Commitments that are held, when they end, and buying one, for every provider that sells any."""

from __future__ import annotations

from datetime import timedelta

import pytest

from novacron.errors import InvalidSpec, Unsupported
from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment, CommitmentKind, CommitmentSpec
from novacron.providers.base import iterate
from novacron.providers.commitments import Commitments
from tests.contract.env import Env


@pytest.fixture
def spec(env: Env) -> CommitmentSpec:
    if env.commitment is None:
        pytest.skip(f"{env.name} sells no commitments")
    return env.commitment


def _seller(env: Env) -> Commitments:
    assert isinstance(env.provider, Commitments)
    return env.provider


def _all(env: Env, region: str | None = None) -> dict[str, Commitment]:
    def one_at_a_time(region: str | None, page: PageRequest) -> Page[Commitment]:
        return _seller(env).list_commitments(region, page.model_copy(update={"limit": 1}))

    found = list(iterate(one_at_a_time, region))
    assert len({one.id for one in found}) == len(found)
    return {one.id: one for one in found}


def _bought(env: Env, spec: CommitmentSpec, quote: str) -> str:
    made = env.done(lambda: _seller(env).buy_commitment(spec, quote))
    env.settle()
    return made


def test_a_capability_is_a_type(env: Env) -> None:
    assert isinstance(env.provider, Commitments) is (env.commitment is not None)


def test_what_is_bought_is_told_with_its_end(env: Env, spec: CommitmentSpec) -> None:
    before = _all(env)
    more = spec.model_copy(update={"count": spec.count + 1})
    quotes = [(one, _seller(env).quote_commitment(one)) for one in (spec, more)]
    assert _all(env) == before, "a quote buys nothing"
    assert quotes[0][1].total is None or quotes[0][1].total > 0
    made = [_bought(env, one, quote.id) for one, quote in quotes]
    found = _all(env)
    assert found.keys() == {*before, *made}
    one = found[made[0]]
    assert (one.kind, one.region, one.renews) == (CommitmentKind.USAGE, env.region, False)
    assert spec.instance_type.startswith(one.covers)
    assert timedelta(365) <= one.end - one.start <= timedelta(366)
    assert one.start.tzinfo is not None
    assert one.name
    assert one.amount
    assert _all(env, env.region) == found


def test_a_quote_is_bought_once(env: Env, spec: CommitmentSpec) -> None:
    spec = spec.model_copy(update={"count": 7})
    quote = _seller(env).quote_commitment(spec).id
    made = _bought(env, spec, quote)
    found = _all(env)
    assert _bought(env, spec, quote) == made
    assert _all(env) == found


def test_what_is_not_for_sale(env: Env, spec: CommitmentSpec) -> None:
    for told in ({"payment": "in kind"}, {"instance_type": "none-such"}):
        wrong = spec.model_copy(update=told)
        if env.name == "memory" or (env.name == "gcp" and "payment" in told):
            continue  # they sell whatever is asked for, and by the month alone
        with pytest.raises((Unsupported, InvalidSpec)):
            _seller(env).quote_commitment(wrong)
