"""CIDR blocks in the one spelling that every provider gives back."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from novacron.errors import InvalidSpec
from novacron.models.network import FirewallRule

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ANY = {4: "0.0.0.0/0", 6: "::/0"}


def rule_network(index: int, rule: FirewallRule) -> Network:
    """The rule's block. Providers drop host bits and respell IPv6, so other spellings are refused.

    Raises:
        InvalidSpec: ``field`` is ``firewall_rules.<index>.cidr``.
    """
    field = f"firewall_rules.{index}.cidr"
    try:
        network = ipaddress.ip_network(rule.cidr, strict=False)
    except ValueError as error:
        raise InvalidSpec(f'rule "{rule.name}": {error}', field=field) from error
    if str(network) != rule.cidr:
        raise InvalidSpec(
            f'rule "{rule.name}": {rule.cidr} is not in its canonical form',
            field=field,
            remedy=f"Write {network}.",
        )
    return network


def networks(rules: Sequence[FirewallRule]) -> list[Network]:
    """``rule_network`` of each rule."""
    return [rule_network(index, rule) for index, rule in enumerate(rules)]
