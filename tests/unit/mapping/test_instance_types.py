from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.catalog.catalog import instance_types
from novacron.errors import InvalidSpec
from novacron.mapping.instance_types import choose
from novacron.models.account import ProviderType
from novacron.models.vm import VmSpec


def spec(**changes: object) -> VmSpec:
    return VmSpec.model_validate({"name": "a", "region": "us-east-1", "image": "x", **changes})


@given(
    vcpus=st.integers(1, 96),
    gib=st.integers(1, 384),
    architecture=st.sampled_from(["x86_64", "arm64"]),
)
def test_nothing_that_fits_is_cheaper(vcpus: int, gib: int, architecture: str) -> None:
    wanted = spec(vcpus=vcpus, memory_mib=gib * 1024, architecture=architecture)
    fitting = [
        one
        for one in instance_types(ProviderType.AWS, "us-east-1")
        if one.vcpus >= vcpus and one.memory_mib >= gib * 1024 and architecture in one.architectures
        if one.current and not one.bare_metal and not one.gpus
    ]
    if not fitting:
        with pytest.raises(InvalidSpec):
            choose(ProviderType.AWS, wanted)
        return
    chosen = choose(ProviderType.AWS, wanted)
    assert chosen.instance_type in {one.name for one in fitting}
    prices = [one.hourly for one in fitting if one.hourly is not None]
    assert chosen.hourly == (min(prices) if prices else None)


def test_the_choice_is_explained() -> None:
    chosen = choose(ProviderType.AWS, spec(vcpus=2, memory_mib=4096))
    assert chosen.hourly is not None
    assert Decimal(0) < chosen.hourly < 1
    assert "cheapest" in chosen.reason
    assert len(chosen.runners_up) == 3
    assert chosen.instance_type not in chosen.runners_up


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"vcpus": 896, "memory_mib": 1024, "architecture": "arm64"}, "vcpus", "largest"),
        ({"memory_mib": 33554432, "architecture": "arm64"}, "memory_mib", "largest"),
        ({"region": "atlantis-1"}, "region", "atlantis-1"),
        ({"gpus": 16, "architecture": "arm64"}, "gpus", "us-east-1"),
    ],
)
def test_what_cannot_be_had_is_named(changes: dict[str, object], field: str, says: str) -> None:
    with pytest.raises(InvalidSpec, match=says) as refused:
        choose(ProviderType.AWS, spec(**changes))
    assert refused.value.field == field
