"""Load balancers with nothing behind them."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.costs.advice.finding import Finding, Scene, told_of
from novacron.models.advice import Rule
from novacron.models.load_balancer import LoadBalancer
from novacron.models.recommendation import Confidence
from novacron.providers.base import CloudProvider, iterate
from novacron.providers.load_balancers import LoadBalancerList


def empty(provider: CloudProvider) -> Iterator[LoadBalancer]:
    if isinstance(provider, LoadBalancerList):
        yield from (one for one in iterate(provider.list_load_balancers, None) if one.empty)


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """No operation of ours deletes one: what a name or a certificate makes of it we do not see."""
    for sighting in scene.sightings(rule):
        if not isinstance(sighting.found, LoadBalancer):
            continue
        region, name = sighting.found.region, sighting.name
        yield Finding(
            record=sighting,
            title=f"Nothing is behind the load balancer {name} in {region}",
            detail=f"Delete {name} in its account if nothing is to come behind it, and release its "
            "addresses where they are reserved.",
            saving=scene.prices.on_bill(sighting.found.billed_as),
            confidence=Confidence.HIGH,
            risk="Names that lead to it answer no more, where now they answer with an error. One "
            "that is made again has another address or name.",
            evidence=told_of(scene, rule, sighting),
        )
