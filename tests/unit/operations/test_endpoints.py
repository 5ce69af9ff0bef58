"""No setting sends our calls, or a credential, where the deployment does not allow it."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import InvalidSpec
from novacron.models.account import ProviderType
from novacron.operations.services import ENDPOINTS, Providers

GOOD = {"project": "acme-prod", "region": "us-central1"}


@pytest.mark.parametrize("setting", sorted(ENDPOINTS))
def test_endpoints_are_those_of_the_deployment(setting: str) -> None:
    nothing: Any = None
    providers = Providers(nothing, ["https://private.example"])
    assert providers.make(ProviderType.GCP, GOOD | {setting: "https://private.example"}, {})
    with pytest.raises(InvalidSpec) as refused:
        providers.make(ProviderType.GCP, GOOD | {setting: "https://elsewhere.example"}, {})
    assert refused.value.field == f"settings.{setting}"
