"""Which of Elastic Load Balancing's load balancers have targets:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html

Not Classic Load Balancers, which have an API of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from novacron.models.base import Page, PageRequest
from novacron.models.load_balancer import LoadBalancer
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.ownership import owned
from novacron.providers.aws.paging import page_of
from novacron.providers.load_balancers import LoadBalancerList

MOST = 20
"""As many as one DescribeTags takes:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html"""
ACTIVE = ("active", "active_impaired")


class AwsLoadBalancerList(AwsBase, LoadBalancerList):
    @translated
    def list_load_balancers(self, region: str | None, page: PageRequest) -> Page[LoadBalancer]:
        def fetch(at: str, size: int, token: str | None) -> tuple[list[LoadBalancer], str | None]:
            elb = self.client("elbv2", at)
            told = {"Marker": token} if token else {}
            answer = elb.describe_load_balancers(PageSize=min(size, MOST), **told)
            found = [one for one in answer["LoadBalancers"] if one["State"]["Code"] in ACTIVE]
            return _shown(elb, at, found), answer.get("NextMarker")

        return page_of(self.regions_of(region), page, fetch, lambda one: one.id)


def _shown(elb: Any, region: str, found: list[dict[str, Any]]) -> list[LoadBalancer]:
    if not found:
        return []
    arns = [one["LoadBalancerArn"] for one in found]
    told = elb.describe_tags(ResourceArns=arns)["TagDescriptions"]
    tags = {one["ResourceArn"]: owned(one["Tags"]) for one in told}
    used = _with_targets(elb, set(arns))
    return [
        LoadBalancer(
            id=arn,
            name=one["LoadBalancerName"],
            region=region,
            mark=arn,
            billed_as=arn,
            empty=arn not in used and not _answers(elb, one),
            tags=tags[arn].tags,
            tenant=tags[arn].tenant,
            operation=tags[arn].operation,
        )
        for arn, one in zip(arns, found, strict=True)
    ]


def _with_targets(elb: Any, arns: set[str]) -> set[str]:
    """Those with targets of any type: VMs, addresses, functions, other load balancers."""
    used: set[str] = set()
    for group in _all(elb, "describe_target_groups", "TargetGroups"):
        mine = arns & set(group["LoadBalancerArns"])
        if mine - used:
            told = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
            used |= mine if told["TargetHealthDescriptions"] else set()
    return used


def _answers(elb: Any, balancer: dict[str, Any]) -> bool:
    """By a redirect or a page of its own; an error that it answers with is no use:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html"""
    if balancer["Type"] != "application":
        return False  # the others do nothing but forward
    arn = balancer["LoadBalancerArn"]
    return any(
        action["Type"] == "redirect"
        or action.get("FixedResponseConfig", {}).get("StatusCode", "").startswith("2")
        for listener in _all(elb, "describe_listeners", "Listeners", LoadBalancerArn=arn)
        for rule in _all(elb, "describe_rules", "Rules", ListenerArn=listener["ListenerArn"])
        for action in rule["Actions"]
    )


def _all(elb: Any, operation: str, what: str, **told: str) -> Iterator[dict[str, Any]]:
    for answer in elb.get_paginator(operation).paginate(**told):
        yield from answer[what]
