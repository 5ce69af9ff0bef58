"""Targets of Elastic Load Balancing, where moto alone keeps one port for each and asks for little.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.exceptions import ELBClientError, TargetGroupNotFoundError
from moto.elbv2.responses import ELBV2Response

from .account import LocalAccount, account_of

# "You can specify IP addresses from specific CIDR blocks", beside the VPC's own.
_PRIVATE = [
    ip_network(cidr) for cidr in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
]


class StrictELBv2(ELBV2Response):
    """``targets`` of moto's groups are ours: (id, port) -> since when, and until when it drains."""

    @property
    def account(self) -> LocalAccount:
        return account_of(self.current_account)

    def register_targets(self) -> ActionResult:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html"""
        group = self._group()
        for target in self._get_param("Targets", []):
            check = _check_instance if group.target_type == "instance" else _check_address
            check(group, target)
        for target in self._get_param("Targets", []):
            known = group.targets.get(_place(group, target))
            if known is None or known["until"] is not None:
                fresh = {"since": self.account.clock.now(), "until": None}
                group.targets[_place(group, target)] = fresh
        return EmptyResult()

    def deregister_targets(self) -> ActionResult:
        """One that is not there is fine; it is shown as draining until the delay is over:
        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay"""
        group = self._group()
        delay = float(group.attributes["deregistration_delay.timeout_seconds"])
        for target in self._get_param("Targets", []):
            known = group.targets.get(_place(group, target))
            if known is not None and known["until"] is None:
                known["until"] = self.account.clock.now() + delay
        return EmptyResult()

    def describe_target_health(self) -> ActionResult:
        group, now = self._group(), self.account.clock.now()
        for place, known in list(group.targets.items()):
            if known["until"] is not None and known["until"] <= now:
                del group.targets[place]
        asked = [_place(group, target) for target in self._get_param("Targets", [])]
        told = [
            {
                "Target": {"Id": place[0], "Port": place[1]},
                "HealthCheckPort": str(place[1]),
                "TargetHealth": self._health(group, place),
            }
            for place in asked or list(group.targets)
        ]
        return ActionResult({"TargetHealthDescriptions": told})

    def _health(self, group: Any, place: tuple[str, int]) -> dict[str, str]:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states"""
        known = group.targets.get(place)
        if known is None:
            return {"State": "unused", "Reason": "Target.NotRegistered"}
        if known["until"] is not None:
            return {"State": "draining", "Reason": "Target.DeregistrationInProgress"}
        if not group.load_balancer_arns:
            return {"State": "unused", "Reason": "Target.NotInUse"}
        if group.target_type == "instance" and _instance(group, place[0]).state != "running":
            return {"State": "unused", "Reason": "Target.InvalidState"}
        pace = self.account.switches.transition_seconds
        if self.account.clock.now() < known["since"] + pace:
            return {"State": "initial", "Reason": "Elb.RegistrationInProgress"}
        return {"State": "healthy"}

    def _group(self) -> Any:
        group = self.elbv2_backend.target_groups.get(self._get_param("TargetGroupArn"))
        if group is None:
            raise TargetGroupNotFoundError
        return group


def _place(group: Any, target: dict[str, Any]) -> tuple[str, int]:
    return target["Id"], int(target.get("Port") or group.port)


def _instance(group: Any, instance_id: str) -> Any:
    return group.ec2_backend.get_instance_by_id(instance_id)


def _check_instance(group: Any, target: dict[str, Any]) -> None:
    """ "It must be in the running state when you register it", and in the group's VPC."""
    if "AvailabilityZone" in target:
        raise ELBClientError("ValidationError", "An instance's zone cannot be specified")
    instance = _instance(group, target["Id"])
    if instance is None or instance.vpc_id != group.vpc_id:
        message = f"The following targets are not in the target group VPC: '{target['Id']}'"
        raise ELBClientError("InvalidTarget", message)
    if instance.state != "running":
        message = f"The following targets are not in a running state: '{target['Id']}'"
        raise ELBClientError("InvalidTarget", message)


def _check_address(group: Any, target: dict[str, Any]) -> None:
    """Outside of the VPC its zone must be told:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html"""
    try:
        address = ip_address(target["Id"])
    except ValueError as error:
        message = f"The IP address '{target['Id']}' is not a valid IPv4 or IPv6 address"
        raise ELBClientError("ValidationError", message) from error
    vpc = group.ec2_backend.get_vpc(group.vpc_id)
    if address in ip_network(vpc.cidr_block):
        return
    if not any(address in cidr for cidr in _PRIVATE):
        raise ELBClientError("ValidationError", f"The IP address '{address}' is not private")
    if "AvailabilityZone" not in target:
        message = f"The Availability Zone must be specified for '{address}', outside of the VPC"
        raise ELBClientError("ValidationError", message)
