"""Rules survive the way to a provider and back, or are refused by name."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from novacron.errors import InvalidSpec, NovaCronError, Unsupported
from novacron.mapping.firewall_aws import from_permissions, to_permissions
from novacron.mapping.firewall_azure import from_security_rules, to_security_rules
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


@st.composite
def azure_rules(draw: st.DrawFn) -> FirewallRule:
    rule = draw(rules(ordered=True))
    priority = None if rule.priority is None else 100 + rule.priority
    return rule.model_copy(update={"priority": priority})


@given(st.lists(azure_rules(), max_size=8, unique_by=lambda rule: rule.name))
def test_security_rules_give_back_what_they_took(given_rules: list[FirewallRule]) -> None:
    try:
        native = to_security_rules(given_rules)
    except NovaCronError as refused:
        assume("ICMP over IPv6" not in refused.detail)
        assume("same priority" not in refused.detail)
        raise
    assert by_name(from_security_rules(native)) == by_name(given_rules)
    told = [one["properties"] for one in native]
    assert len({(one["direction"], one["priority"]) for one in told}) == len(told)
    closed = {one["direction"] for one in told if one["priority"] == 4096}
    egress = any(rule.direction is Direction.EGRESS for rule in given_rules)
    assert closed == ({"Inbound", "Outbound"} if egress else {"Inbound"})


def test_rules_without_a_priority_come_after_all_that_have_one() -> None:
    told = {"direction": "ingress", "protocol": "all", "cidr": "0.0.0.0/0"}
    given_rules = [
        FirewallRule.model_validate({**told, "name": name, "priority": priority})
        for name, priority in (("a", None), ("b", 300), ("c", None), ("d", 200))
    ]
    native = {r["name"]: r["properties"]["priority"] for r in to_security_rules(given_rules)}
    assert native == {"d": 200, "b": 300, "a": 301, "c": 302, "CloseInbound": 4096}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"priority": 99}, "firewall_rules.1.priority"),
        ({"priority": 4096}, "firewall_rules.1.priority"),
        ({"priority": 4095}, "firewall_rules.1.priority"),
        ({}, "firewall_rules.1.priority"),
        ({"cidr": "10.0.0.1/8", "priority": 200}, "firewall_rules.1.cidr"),
        ({"name": "ssh"}, "firewall_rules.1.name"),
        ({"protocol": "icmp", "cidr": "::/0", "priority": 200}, "firewall_rules.1.protocol"),
    ],
)
def test_what_a_network_security_group_cannot_say_is_refused(
    changes: dict[str, object], field: str
) -> None:
    told = {"direction": "ingress", "protocol": "tcp", "cidr": "0.0.0.0/0"}
    first = FirewallRule.model_validate({**told, "name": "ssh", "priority": 4095})
    second = FirewallRule.model_validate({**told, "name": "web", **changes})
    with pytest.raises(NovaCronError) as refused:
        to_security_rules([first, second])
    assert refused.value.field == field


def test_a_rule_by_others_that_cannot_be_said_hides_nothing() -> None:
    told = {"name": "a", "direction": "ingress", "protocol": "tcp", "cidr": "10.0.0.0/8"}
    (ours, closing) = to_security_rules([FirewallRule.model_validate(told)])
    tag = {**ours["properties"], "sourceAddressPrefix": "AzureLoadBalancer", "priority": 200}
    esp = {**ours["properties"], "protocol": "Esp", "priority": 201}
    named = {**ours["properties"], "destinationPortRange": "22", "priority": 202}
    native = [closing, ours, *({"name": "Theirs", "properties": p} for p in (tag, esp, named))]
    found = from_security_rules(native)
    assert [(rule.name, rule.from_port) for rule in found] == [("a", None), ("rule-202", 22)]


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
