"""provision_vm killed before and after each effect: no orphan, no double VM."""

from __future__ import annotations

from infra.proofs.commands import pytest


def prove() -> str:
    return pytest("tests", "-k", "kill")
