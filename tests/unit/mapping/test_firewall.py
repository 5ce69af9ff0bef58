"""Rules survive the way to a provider and back, or are refused by name."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from novacron.errors import InvalidSpec, NovaCronError, Unsupported
from novacron.mapping.firewall_aws import from_permissions, to_permissions
from novacron.mapping.firewall_libvirt import from_nwfilter, to_nwfilter
from novacron.models.network import Action, Direction, FirewallRule, Protocol

BLOCKS = ["0.0.0.0/0", "10.0.0.0/8", "192.168.1.0/24", "203.0.113.7/32", "::/0", "2001:db8::/32"]


@st.composite
def rules(draw: st.DrawFn, *, ordered: bool) -> FirewallRule:
    protocol = draw(st.sampled_from(list(Protocol)))
    ports = None
    if protocol in (Protocol.TCP, Protocol.UDP) and draw(st.booleans()):
        ports = sorted(draw(st.tuples(st.integers(0, 65535), st.integers(0, 65535))))
    return FirewallRule(
        name=draw(st.from_regex(r"[a-z][a-z0-9]{0,20}", fullmatch=True)),
        direction=draw(st.sampled_from(list(Direction))),
        action=draw(st.sampled_from(list(Action))) if ordered else Action.ALLOW,
        protocol=protocol,
        from_port=ports[0] if ports else None,
        to_port=ports[1] if ports else None,
        cidr=draw(st.sampled_from(BLOCKS)),
        priority=draw(st.none() | st.integers(0, 998)) if ordered else None,
    )


def by_name(found: list[FirewallRule]) -> list[FirewallRule]:
    return sorted(found, key=lambda rule: rule.model_dump_json())


@given(st.lists(rules(ordered=False), max_size=8, unique_by=lambda rule: rule.name))
def test_security_groups_give_back_what_they_took(given_rules: list[FirewallRule]) -> None:
    try:
        native = to_permissions(given_rules)
    except InvalidSpec as refused:
        assume("same to a security group" not in refused.detail)
        raise
    assert by_name(from_permissions(native.ingress, native.egress)) == by_name(given_rules)


@given(st.lists(rules(ordered=True), max_size=8, unique_by=lambda rule: rule.name))
def test_nwfilters_give_back_what_they_took(given_rules: list[FirewallRule]) -> None:
    try:
        xml = to_nwfilter("nc-test", given_rules)
    except InvalidSpec as refused:
        assume("disagree" not in refused.detail)
        raise
    assert from_nwfilter(xml) == given_rules


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"action": "deny"}, "firewall_rules.0.action"),
        ({"priority": 10}, "firewall_rules.0.priority"),
        ({"cidr": "10.0.0.1/8"}, "firewall_rules.0.cidr"),
    ],
)
def test_what_a_security_group_cannot_say_is_refused(
    changes: dict[str, object], field: str
) -> None:
    told = {"name": "ssh", "direction": "ingress", "protocol": "tcp", "cidr": "0.0.0.0/0"}
    with pytest.raises(NovaCronError) as refused:
        to_permissions([FirewallRule.model_validate({**told, **changes})])
    assert refused.value.field == field


def test_a_priority_beyond_libvirts_is_refused() -> None:
    rule = FirewallRule.model_validate(
        {"name": "a", "direction": "egress", "protocol": "all", "cidr": "::/0", "priority": 999}
    )
    with pytest.raises(Unsupported, match='"a"'):
        to_nwfilter("nc-test", [rule])
