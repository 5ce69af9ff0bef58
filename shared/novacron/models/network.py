"""Networks, subnets and firewall rules."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from novacron.models.base import Cidr, Model, Name, Observed, ResourceId, Tags


class Direction(StrEnum):
    INGRESS = "ingress"
    EGRESS = "egress"


class Action(StrEnum):
    ALLOW = "allow"
    DENY = "deny"


class Protocol(StrEnum):
    TCP = "tcp"
    UDP = "udp"
    ICMP = "icmp"
    ALL = "all"


class FirewallRule(Model):
    """One rule. Lower ``priority`` wins; one without comes after all that have one.

    On every provider: replies are allowed; ingress that no rule allows is denied; egress is
    allowed, but for a network with any egress rule, where only what a rule allows may leave.
    """

    name: Name
    direction: Direction
    action: Action = Action.ALLOW
    protocol: Protocol
    from_port: int | None = Field(default=None, ge=0, le=65535)
    to_port: int | None = Field(default=None, ge=0, le=65535)
    cidr: Cidr
    priority: int | None = Field(default=None, ge=0, le=65535)

    @model_validator(mode="after")
    def _ports_belong_to_tcp_and_udp(self) -> Self:
        has_ports = self.from_port is not None or self.to_port is not None
        if (self.from_port is None) != (self.to_port is None):
            raise ValueError("from_port and to_port come together")
        if has_ports and self.protocol not in (Protocol.TCP, Protocol.UDP):
            raise ValueError(f"{self.protocol.value} has no ports")
        if (
            self.from_port is not None
            and self.to_port is not None
            and self.from_port > self.to_port
        ):
            raise ValueError("from_port is above to_port")
        return self


class SubnetSpec(Model):
    name: Name
    cidr: Cidr
    zone: str | None = None


class NetworkSpec(Model):
    name: Name
    region: str
    cidr: Cidr
    subnets: list[SubnetSpec] = Field(min_length=1)
    firewall_rules: list[FirewallRule] = []
    tags: Tags = {}


class Subnet(Model):
    id: ResourceId
    name: str
    cidr: Cidr
    zone: str | None = None


class Network(Observed):
    """``firewall_id`` goes into ``VmSpec.firewall_ids``: rules apply to VMs that carry it."""

    cidr: Cidr
    subnets: list[Subnet] = []
    firewall_id: ResourceId | None = None
    firewall_rules: list[FirewallRule] = []
