"""What SDKs exchange with our Azure and Google is as their makers describe it; mutants are not."""

from __future__ import annotations

from infra.proofs.commands import pytest


def prove() -> str:
    return pytest(
        "tests/integration/azure_account/test_specification.py",
        "tests/integration/azure_account/test_examples.py",
        "tests/integration/google_project/test_second_client.py",
    )
