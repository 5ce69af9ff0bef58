"""What is told when a threshold is passed, and how all notices are signed and addressed."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from novacron.models.firing import Firing
from novacron.models.notice import Notice

SIGNATURE = "Novacron-Signature"
DELIVERY = "Novacron-Delivery"
"""The same on every try of one notice: a receiver that has seen it need do nothing."""
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"))
"""IPv6 addresses that lead to IPv4 ones: RFC 6052, RFC 8215, RFC 3056."""


def subject(firing: Firing) -> str:
    """At most 100 characters, which is what SNS allows."""
    return f"Budget {firing.budget_name}: {_what(firing)}"[:100]


def _what(firing: Firing) -> str:
    return f"{firing.threshold.measure.value} {firing.value} {firing.currency}"


def text(firing: Firing) -> str:
    """For a person."""
    lines = [
        f"Budget {firing.budget_name} ({firing.budget_id}), period from {firing.start:%Y-%m-%d}:",
        f"{_what(firing)} has reached the threshold of {firing.bound} {firing.currency}.",
    ]
    if firing.stopped:
        lines.append(f"Stopped: {', '.join(firing.stopped)}.")
        lines.append(f"To start them again: novacron budget revert {firing.budget_id}")
    return "\n".join(lines)


def of_firing(firing: Firing) -> Notice:
    kept = {"id", "budget_id", "budget_name", "currency", "start", "threshold", "value", "bound"}
    return Notice(
        id=firing.id,
        tenant=firing.tenant,
        subject=subject(firing),
        text=text(firing),
        told=firing.model_dump(mode="json", include={*kept, "at", "stopped"}),
    )


def body(notice: Notice) -> bytes:
    """For a program."""
    return json.dumps(notice.told, sort_keys=True).encode()


def signature(secret: str, at: datetime, payload: bytes) -> str:
    """``t=<Unix seconds>,v1=<hex>``: HMAC-SHA256 of ``<t>.<payload>``, so that a receiver can
    refuse what is old as well as what is not ours."""
    stamp = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + payload, hashlib.sha256)
    return f"t={stamp},v1={digest.hexdigest()}"


def public(address: str) -> bool:
    """Whether it is an address of the Internet: not ours, not the host's, not its metadata."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in TRANSLATED if network.version == found.version):
        return False
    return found.is_global and not found.is_multicast
