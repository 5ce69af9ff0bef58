"""500 requests generated from our own OpenAPI description: no 5xx, no traceback."""

from __future__ import annotations

from infra.proofs.commands import pytest


def prove() -> str:
    return pytest("tests/handlers/test_malformed.py", "-s")
