"""The firewall rules of the parity test have one effect on every environment, or are refused."""

from __future__ import annotations

from infra.proofs.commands import pytest
from infra.proofs.parity_contract import ENVIRONMENTS


def prove() -> str:
    required = {"NOVACRON_REQUIRE_ENVS": ENVIRONMENTS}
    return pytest("tests/contract/test_firewall_parity.py", env=required)
