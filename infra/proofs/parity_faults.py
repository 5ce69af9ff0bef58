"""Errors, crashes and lost replies at every call of the three clouds' adapters."""

from __future__ import annotations

from infra.proofs.commands import ROOT, pytest

ADAPTERS = ("aws", "azure", "gcp")
MODULES = ("test_crashes.py", "test_errors.py")


def prove() -> str:
    paths = [f"tests/unit/providers_{one}/{module}" for one in ADAPTERS for module in MODULES]
    if missing := [path for path in paths if not (ROOT / path).exists()]:
        raise AssertionError(f"no {', '.join(missing)}")
    return pytest(*paths)
