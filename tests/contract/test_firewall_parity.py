"""The same rules on every provider: read back as they were given, or refused by name."""

from __future__ import annotations

import pytest

from novacron.errors import InvalidSpec, Unsupported
from novacron.models.network import (
    Action,
    Direction,
    FirewallRule,
    NetworkSpec,
    Protocol,
    SubnetSpec,
)
from tests.contract.env import Env

PORTS = (22, 53, 80, 443, 3306, 5432, 6379, 8080, 9090)
BLOCKS = ("10.0.0.0/8", "192.0.2.0/24", "203.0.113.7/32", "0.0.0.0/0", "2001:db8::/32")


def _rule(name: str, **changes: object) -> FirewallRule:
    given = {"name": name, "direction": "ingress", "protocol": "tcp", "cidr": BLOCKS[0], **changes}
    return FirewallRule.model_validate(given)


def twenty_rules() -> list[FirewallRule]:
    """What every provider can say: allow, no priority, both directions, all protocols."""
    ports = [
        _rule(f"tcp-{port}", from_port=port, to_port=port, cidr=BLOCKS[index % len(BLOCKS)])
        for index, port in enumerate(PORTS)
    ]
    others = [
        _rule("udp-dns", protocol="udp", from_port=53, to_port=53),
        _rule("udp-range", protocol="udp", from_port=30000, to_port=32767, cidr=BLOCKS[3]),
        _rule("tcp-range", from_port=8000, to_port=8999, cidr=BLOCKS[1]),
        _rule("tcp-any", cidr=BLOCKS[2]),
        _rule("ping", protocol="icmp"),
        _rule("all-inside", protocol="all", cidr="10.77.0.0/16"),
        _rule("out-https", direction="egress", from_port=443, to_port=443, cidr=BLOCKS[3]),
        _rule("out-dns", direction="egress", protocol="udp", from_port=53, to_port=53),
        _rule("out-ntp", direction="egress", protocol="udp", from_port=123, to_port=123),
        _rule("out-inside", direction="egress", protocol="all", cidr="10.77.0.0/16"),
        _rule("out-ping", direction="egress", protocol="icmp", cidr=BLOCKS[1]),
    ]
    return [*ports, *others]


def _read_back(env: Env, rules: list[FirewallRule]) -> list[FirewallRule]:
    spec = NetworkSpec(
        name="rules",
        region=env.region,
        cidr="10.77.0.0/16",
        subnets=[SubnetSpec(name="a", cidr="10.77.1.0/24", zone=env.zone)],
        firewall_rules=rules,
    )
    owner, provider = env.owner(), env.provider
    made = env.done(lambda: provider.create_network(spec, owner))
    read = provider.get_network(made.id).firewall_rules
    env.deleted(provider.delete_network, provider.get_network, made.id)
    return sorted(read, key=lambda rule: rule.name)


def test_twenty_rules_are_the_same_everywhere(env: Env) -> None:
    rules = twenty_rules()
    assert len(rules) == 20
    assert _read_back(env, rules) == sorted(rules, key=lambda rule: rule.name)


@pytest.mark.parametrize(
    "changes",
    [
        {"action": Action.DENY},
        {"action": Action.DENY, "priority": 100},
        {"priority": 100},
        {"priority": 0},
        {"priority": 998},
        {"priority": 4000},
        {"priority": 65535},
        {"protocol": Protocol.ICMP, "cidr": "2001:db8::/32"},
        {"direction": Direction.EGRESS, "action": Action.DENY, "priority": 200},
    ],
)
def test_a_rule_is_kept_or_refused_by_name(env: Env, changes: dict[str, object]) -> None:
    rules = [_rule("plain"), _rule("special", from_port=None, to_port=None, **changes)]
    try:
        assert _read_back(env, rules) == rules
    except (InvalidSpec, Unsupported) as refused:
        assert '"special"' in refused.detail  # noqa: PT017 - either is right, nothing between
        assert (refused.field or "").startswith("firewall_rules.1")  # noqa: PT017
