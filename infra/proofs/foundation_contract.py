"""One contract suite over every provider, none skipped."""

from __future__ import annotations

from infra.proofs.commands import pytest

PROVIDERS = "agent,aws,libvirt,memory"


def prove() -> str:
    env = {"NOVACRON_REQUIRE_ENVS": PROVIDERS}
    from tests.contract.conftest import ENVS

    lacking = set(PROVIDERS.split(",")) - set(ENVS)
    if lacking:
        raise AssertionError(f"no contract environment for {', '.join(sorted(lacking))}")
    return pytest("tests/contract", env=env)
