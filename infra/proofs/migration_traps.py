"""Traps that other tools fell into, each a test against the strict local clouds; that a failed
conversion copies all again, on the in-memory ones."""

from __future__ import annotations

from infra.proofs.commands import pytest

WHERE = (
    "tests/contract/test_transfer.py",
    "tests/unit/providers_aws/test_exports.py",
    "tests/unit/providers_aws/test_imports.py",
    "tests/unit/providers_azure/test_transfer_export.py",
    "tests/unit/providers_azure/test_transfer_import.py",
    "tests/unit/providers_gcp/test_transfer.py",
    "tests/integration/onprem/test_exports.py",
    "tests/unit/migration/test_prepare_guest.py",
)


def prove() -> str:
    return pytest(*WHERE)
