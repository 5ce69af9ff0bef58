"""Commitments that are held, and when they end, for every provider that sells any."""

from __future__ import annotations

from datetime import timedelta

import pytest

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment, CommitmentKind
from novacron.providers.base import iterate
from novacron.providers.commitments import Commitments
from tests.contract.env import Env


def _all(env: Env, region: str | None = None) -> dict[str, Commitment]:
    provider = env.provider
    assert isinstance(provider, Commitments)

    def one_at_a_time(region: str | None, page: PageRequest) -> Page[Commitment]:
        return provider.list_commitments(region, page.model_copy(update={"limit": 1}))

    found = list(iterate(one_at_a_time, region))
    assert len({one.id for one in found}) == len(found)
    return {one.id: one for one in found}


def test_a_capability_is_a_type(env: Env) -> None:
    assert isinstance(env.provider, Commitments) is (env.make_commitment is not None)


def test_what_is_held_is_told_with_its_end(env: Env) -> None:
    if env.make_commitment is None:
        pytest.skip(f"{env.name} sells no commitments")
    made = [env.make_commitment(), env.make_commitment()]
    found = _all(env)
    assert found.keys() >= set(made)
    one = found[made[0]]
    assert (one.kind, one.region, one.renews) == (CommitmentKind.USAGE, env.region, False)
    assert env.committed_type.startswith(one.covers)
    assert timedelta(365) <= one.end - one.start <= timedelta(366)
    assert one.start.tzinfo is not None
    assert one.name
    assert one.amount
    assert _all(env, env.region) == found
