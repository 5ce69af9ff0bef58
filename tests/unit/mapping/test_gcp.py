"""Labels, disks, custom types and firewall rules survive the way to Google and back, or are
refused by name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import InvalidSpec, NovaCronError
from novacron.mapping.firewall_gcp import LAST, from_firewalls, to_firewalls
from novacron.mapping.labels_gcp import to_labels
from novacron.mapping.machine_types_gcp import check_custom
from novacron.mapping.tags import TENANT, from_native, to_native
from novacron.mapping.volumes import native_volume
from novacron.mapping.volumes_gcp import for_machine
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.network import Action, Direction, FirewallRule
from novacron.models.volume import SnapshotSpec, VolumeClass
from tests.unit.mapping.test_firewall import rules

SPEC = SnapshotSpec(name="web", volume_id="zone/disk")
OWNER = Ownership(tenant="acme", operation="op-1")
KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,62}", fullmatch=True).filter(
    lambda key: not key.startswith(("novacron-", "goog-"))
)
VALUES = st.from_regex(r"[a-z0-9_-]{0,63}", fullmatch=True)
TENANTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=63)


@given(st.dictionaries(KEYS, VALUES, max_size=20), TENANTS | VALUES.filter(bool))
def test_any_tenant_and_all_labels_come_back(tags: dict[str, str], tenant: str) -> None:
    owner = Ownership(tenant=tenant, operation="Op_1")
    native = to_native(ProviderType.GCP, "web", tags, owner, SPEC)
    for key, value in native.items():
        assert is_label(key, value)
    found = from_native(ProviderType.GCP, native)
    assert (found.name, found.tags) == ("web", tags)
    assert (found.tenant, found.operation) == (tenant, "Op_1")


def is_label(key: str, value: str) -> bool:
    """https://cloud.google.com/compute/docs/labeling-resources#requirements"""
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    return key[0].isalpha() and len(key) <= 63 >= len(value) and {*key, *value} <= allowed


@given(TENANTS, TENANTS)
def test_one_tenants_labels_never_hold_anothers(one: str, other: str) -> None:
    mine, theirs = to_labels({TENANT: one}), to_labels({TENANT: other})
    assert (mine.items() <= theirs.items()) == (one == other)


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ({"Team": "core"}, "tags.Team"),
        ({"team": "Core"}, "tags.team"),
        ({"1st": "core"}, "tags.1st"),
        ({"k" * 64: "v"}, f"tags.{'k' * 64}"),
        ({"k": "v" * 64}, "tags.k"),
        ({"novacron-tenant": "other"}, "tags.novacron-tenant"),
        ({"goog-dm": "x"}, "tags.goog-dm"),
        ({f"k{index}": "v" for index in range(61)}, "tags"),
    ],
)
def test_what_is_no_label_is_named(tags: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        to_native(ProviderType.GCP, "web", tags, OWNER, SPEC)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("wanted", "size", "iops", "throughput", "native"),
    [
        (VolumeClass.CAPACITY, 1, None, None, ("pd-standard", None, None)),
        (VolumeClass.BALANCED, 1, None, None, ("pd-balanced", None, None)),
        (VolumeClass.PERFORMANCE, 1, None, None, ("pd-ssd", None, None)),
        (VolumeClass.PERFORMANCE, 20, 5000, None, ("hyperdisk-balanced", 5000, None)),
        (VolumeClass.BALANCED, 20, 100, None, ("hyperdisk-balanced", 3000, None)),
        (VolumeClass.BALANCED, 20, None, 1000, ("hyperdisk-balanced", 4000, 1000)),
    ],
)
def test_classes_become_disk_types(
    wanted: VolumeClass, size: int, iops: int | None, throughput: int | None, native: object
) -> None:
    found = native_volume(ProviderType.GCP, wanted, size, iops, throughput)
    assert (found.type, found.iops, found.throughput_mibps) == native


@pytest.mark.parametrize(
    ("wanted", "size", "iops", "throughput", "field"),
    [
        (VolumeClass.CAPACITY, 500, 100, None, "iops"),
        (VolumeClass.BALANCED, 4, 2001, None, "iops"),
        (VolumeClass.BALANCED, 4, None, 2000, "throughput_mibps"),
        (VolumeClass.BALANCED, 100, None, 3000, "throughput_mibps"),
        (VolumeClass.BALANCED, 2, 200, None, "size_gib"),
    ],
)
def test_figures_that_no_disk_reaches_are_named(
    wanted: VolumeClass, size: int, iops: int | None, throughput: int | None, field: str
) -> None:
    with pytest.raises(NovaCronError) as refused:
        native_volume(ProviderType.GCP, wanted, size, iops, throughput)
    assert refused.value.field == field


def test_series_without_persistent_disks_get_hyperdisks() -> None:
    assert for_machine("n4", VolumeClass.CAPACITY, 10) == "hyperdisk-balanced"
    assert for_machine("e2", VolumeClass.CAPACITY, 10) == "pd-standard"
    with pytest.raises(InvalidSpec):
        for_machine("n4", VolumeClass.BALANCED, 3)


EXIST = """custom-1-1024 e2-custom-2-4096 n2-custom-48-65536 n2-custom-4-65536-ext
    e2-custom-small-2048 n2d-custom-16-16384 e2-standard-4 n4a-custom-3-1"""
DO_NOT = """custom-3-3840 e2-custom-3-4096 e2-custom-34-65536 n2-custom-34-65536 n2-custom-4-1000
    n2-custom-4-1024 n2-custom-4-65536 e2-custom-32-262144 c2-custom-4-8192 n2-custom-4"""


@pytest.mark.parametrize("name", EXIST.split())
def test_types_that_there_are_pass(name: str) -> None:
    check_custom(name)


@pytest.mark.parametrize("name", DO_NOT.split())
def test_types_that_there_are_not_are_refused(name: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        check_custom(name)
    assert refused.value.field == "instance_type"


def _native(body: dict[str, Any]) -> Any:
    """As the SDK would give it back: every field is there."""
    told: dict[str, Any] = {"source_ranges": [], "destination_ranges": [], "allowed": []}
    told |= {"denied": []} | body
    for side in ("allowed", "denied"):
        told[side] = [SimpleNamespace(**({"ports": []} | one)) for one in told[side]]
    return SimpleNamespace(**told)


@st.composite
def all_rules(draw: st.DrawFn) -> list[FirewallRule]:
    """With any priority that the model takes, the last ones among them."""
    found = draw(st.lists(rules(ordered=True), max_size=8, unique_by=lambda rule: rule.name))
    priorities = st.none() | st.integers(0, 65535) | st.integers(65530, 65535)
    return [one.model_copy(update={"priority": draw(priorities)}) for one in found]


@given(all_rules())
def test_rules_come_back_in_their_order(given_rules: list[FirewallRule]) -> None:
    bodies = [one.body for one in to_firewalls(given_rules, "net-1")]
    assert from_firewalls([_native(body) for body in reversed(bodies)]) == given_rules
    assert all(body["target_tags"] == ["net-1"] for body in bodies)


@given(all_rules())
def test_priorities_keep_their_order_and_google_comes_last(given_rules: list[FirewallRule]) -> None:
    bodies = [one.body for one in to_firewalls(given_rules, "net-1")]
    ours = list(zip(given_rules, bodies, strict=False))
    for rule, body in ours:
        assert 0 <= body["priority"] < LAST
        for other, its in ours:
            before = (rule.priority is not None, -(rule.priority or 0))
            after = (other.priority is not None, -(other.priority or 0))
            assert (before > after) == (body["priority"] < its["priority"])
        if rule.priority is not None and rule.priority < 65500:
            assert body["priority"] == rule.priority


@given(all_rules())
def test_egress_is_closed_if_a_rule_speaks_of_it(given_rules: list[FirewallRule]) -> None:
    closing = [one for one in to_firewalls(given_rules, "t") if one.part.startswith("closed-")]
    speaks = any(rule.direction is Direction.EGRESS for rule in given_rules)
    assert len(closing) == (2 if speaks else 0)
    for one in closing:
        assert one.body["priority"] == LAST
        assert one.body["denied"] == [{"I_p_protocol": "all"}]


def test_what_others_added_is_left_out() -> None:
    rule = FirewallRule.model_validate(
        {"name": "ssh", "direction": "ingress", "protocol": "tcp", "cidr": "10.0.0.0/8"}
    )
    ours = _native(to_firewalls([rule], "t")[0].body)
    theirs = [_native({"description": text}) for text in ("", "[]", '{"novacron": 1}', "{}")]
    assert from_firewalls([*theirs, ours]) == [rule]
    assert rule.action is Action.ALLOW


def test_a_block_in_another_spelling_is_refused() -> None:
    rule = FirewallRule.model_validate(
        {"name": "ssh", "direction": "ingress", "protocol": "tcp", "cidr": "10.0.0.1/8"}
    )
    with pytest.raises(InvalidSpec) as refused:
        to_firewalls([rule], "t")
    assert refused.value.field == "firewall_rules.0.cidr"
