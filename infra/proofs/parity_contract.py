"""One contract suite over all six environments, none skipped."""

from __future__ import annotations

from infra.proofs.commands import pytest

ENVIRONMENTS = "agent,aws,azure,gcp,libvirt,memory"


def prove() -> str:
    from tests.contract.conftest import ENVS

    if set(ENVS) != set(ENVIRONMENTS.split(",")):
        raise AssertionError(f"the suite has the environments {', '.join(sorted(ENVS))}")
    summary = pytest("tests/contract", env={"NOVACRON_REQUIRE_ENVS": ENVIRONMENTS})
    return f"{summary}, on {ENVIRONMENTS}"
