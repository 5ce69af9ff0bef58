from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import InvalidSpec, NovaCronError
from novacron.mapping.images import ALIASES, AZURE_IMAGES, RESOLVERS, resolve
from novacron.mapping.tags import from_native, to_native
from novacron.mapping.volumes import native_volume, volume_class
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.vm import Architecture
from novacron.models.volume import SnapshotSpec, VolumeClass

OWNER = Ownership(tenant="acme", operation="op-1")
SPEC = SnapshotSpec(name="web", volume_id="vol-1")
VALUES = st.from_regex(r"[a-z][a-z0-9 _./=+@-]{0,40}", fullmatch=True)
KEYS = st.from_regex(r"[a-z][a-z0-9 _.=+@-]{0,40}", fullmatch=True).filter(
    lambda key: not key.startswith(("azure", "microsoft", "windows"))
)


# Labels are their own test: test_gcp.py.
@given(
    st.dictionaries(KEYS, VALUES, max_size=20),
    st.sampled_from([one for one in RESOLVERS if one is not ProviderType.GCP]),
)
def test_tags_come_back_with_their_owner(tags: dict[str, str], provider: ProviderType) -> None:
    found = from_native(provider, to_native(provider, "web", tags, OWNER, SPEC))
    assert (found.tags, found.tenant, found.operation) == (tags, "acme", "op-1")


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ({"novacron:tenant": "other"}, "tags.novacron:tenant"),
        ({"AWS:x": "1"}, "tags.AWS:x"),
        ({"Name": "x"}, "tags.Name"),
        ({"k" * 128: "1"}, f"tags.{'k' * 128}"),
        ({"k": "v" * 257}, "tags.k"),
        ({"k": "a;b"}, "tags.k"),
        ({f"k{index}": "v" for index in range(47)}, "tags"),
    ],
)
def test_tags_that_ec2_refuses_are_named(tags: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        to_native(ProviderType.AWS, "web", tags, OWNER, SPEC)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ({"novacron:name": "x"}, "tags.novacron:name"),
        ({"Microsoft.x": "1"}, "tags.Microsoft.x"),
        ({"a/b": "1"}, "tags.a/b"),
        ({"Team": "a", "team": "b"}, "tags"),
        ({f"k{index}": "v" for index in range(47)}, "tags"),
    ],
)
def test_tags_that_azure_refuses_are_named(tags: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        to_native(ProviderType.AZURE, "web", tags, OWNER, SPEC)
    assert refused.value.field == field


def test_azure_has_no_amazon_linux() -> None:
    with pytest.raises(InvalidSpec) as refused:
        resolve(ProviderType.AZURE, "amazon-linux-2023", Architecture.X86_64)
    assert refused.value.field == "image"


@pytest.mark.parametrize("provider", list(RESOLVERS))
def test_every_alias_resolves_on_every_provider(provider: ProviderType) -> None:
    known = set(AZURE_IMAGES) if provider is ProviderType.AZURE else ALIASES
    for alias in known:
        for architecture in Architecture:
            if (provider, alias) == (ProviderType.GCP, "amazon-linux-2023"):
                with pytest.raises(InvalidSpec):
                    resolve(provider, alias, architecture)
                continue
            query = resolve(provider, alias, architecture)
            assert query.id or (query.owner and (query.name_pattern or query.family))
    assert resolve(provider, "ami-1", Architecture.X86_64).id == "ami-1"


@pytest.mark.parametrize(
    ("wanted", "size", "iops", "throughput", "native"),
    [
        (VolumeClass.BALANCED, 1, None, None, ("gp3", None, None)),
        (VolumeClass.BALANCED, 100, 4000, None, ("gp3", 4000, None)),
        (VolumeClass.CAPACITY, 125, None, None, ("st1", None, None)),
        (VolumeClass.CAPACITY, 124, None, None, ("gp3", None, None)),
        (VolumeClass.PERFORMANCE, 100, 20000, None, ("io2", 20000, None)),
    ],
)
def test_classes_become_ebs_types(
    wanted: VolumeClass, size: int, iops: int | None, throughput: int | None, native: object
) -> None:
    found = native_volume(ProviderType.AWS, wanted, size, iops, throughput)
    assert (found.type, found.iops, found.throughput_mibps) == native


@pytest.mark.parametrize(
    ("wanted", "size", "iops", "throughput", "field"),
    [
        (VolumeClass.BALANCED, 4, 10000, None, "iops"),
        (VolumeClass.CAPACITY, 500, 100, None, "iops"),
        (VolumeClass.CAPACITY, 20000, None, None, "size_gib"),
    ],
)
def test_figures_that_ebs_cannot_reach_are_named(
    wanted: VolumeClass, size: int, iops: int | None, throughput: int | None, field: str
) -> None:
    with pytest.raises(NovaCronError) as refused:
        native_volume(ProviderType.AWS, wanted, size, iops, throughput)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("wanted", "size", "iops", "throughput", "native"),
    [
        (VolumeClass.CAPACITY, 1, None, None, ("Standard_LRS", None, None)),
        (VolumeClass.BALANCED, 1, None, None, ("StandardSSD_LRS", None, None)),
        (VolumeClass.PERFORMANCE, 1, None, None, ("PremiumV2_LRS", None, None)),
        (VolumeClass.PERFORMANCE, 100, 20000, None, ("PremiumV2_LRS", 20000, None)),
        # MiB/s in MB/s, and the IOPS that they need
        (VolumeClass.PERFORMANCE, 100, None, 1000, ("PremiumV2_LRS", 4196, 1049)),
        (VolumeClass.PERFORMANCE, 100, 100, 1, ("PremiumV2_LRS", 3000, 125)),
    ],
)
def test_classes_become_managed_disks(
    wanted: VolumeClass, size: int, iops: int | None, throughput: int | None, native: object
) -> None:
    found = native_volume(ProviderType.AZURE, wanted, size, iops, throughput)
    assert (found.type, found.iops, found.throughput_mibps) == native


@pytest.mark.parametrize(
    ("wanted", "size", "iops", "throughput", "field"),
    [
        (VolumeClass.BALANCED, 4, 500, None, "iops"),
        (VolumeClass.CAPACITY, 4, None, 60, "throughput_mibps"),
        (VolumeClass.BALANCED, 32768, None, None, "size_gib"),
        (VolumeClass.PERFORMANCE, 6, 3001, None, "iops"),
        (VolumeClass.PERFORMANCE, 6, None, 800, "throughput_mibps"),
        (VolumeClass.PERFORMANCE, 6000, None, 2000, "throughput_mibps"),
    ],
)
def test_figures_that_managed_disks_cannot_reach_are_named(
    wanted: VolumeClass, size: int, iops: int | None, throughput: int | None, field: str
) -> None:
    with pytest.raises(NovaCronError) as refused:
        native_volume(ProviderType.AZURE, wanted, size, iops, throughput)
    assert refused.value.field == field


@pytest.mark.parametrize("provider", list(RESOLVERS))
def test_the_type_made_has_a_class(provider: ProviderType) -> None:
    for wanted in VolumeClass:
        made = native_volume(provider, wanted, 500)
        assert volume_class(provider, made.type) in VolumeClass
