"""Where the same VM costs less: on the tenant's other accounts, with what it costs to move it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from novacron.catalog.catalog import instance_types, size_of
from novacron.catalog.rates import rates, tiered
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import CENT, HOURS, LIST, saved
from novacron.costs.advice.right_size import same_kind
from novacron.migration.assess.figures import EGRESS_REGION
from novacron.migration.assess.sizes import CATALOGUED
from novacron.migration.assess.sovereignty import found_breaches
from novacron.models.account import ProviderType
from novacron.models.advice import Rule
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.price import PriceKind
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import Confidence, Evidence
from novacron.models.vm import Architecture

MOVED = Architecture.X86_64.value
"""A migration moves no other."""


class Place(NamedTuple):
    account: ProviderAccount
    region: str
    instance_type: str
    hourly: Decimal


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Only away from a provider whose egress has a price, to one whose types have."""
    for record in scene.records(ResourceKind.VM, rule):
        account, told = scene.accounts[record.account_id], record.document
        known = told.get("vcpus") and told.get("memory_mib") and account.type in CATALOGUED
        if record.state != "running" or not known:
            continue
        here = scene.prices.hourly(account, record)
        there = min(places(scene, account, record), key=lambda one: one.hourly, default=None)
        if here is None or there is None:
            continue
        found = _finding(scene, rule, record, here, there)
        if found is not None:
            yield found


def places(scene: Scene, source: ProviderAccount, record: ResourceRecord) -> Iterator[Place]:
    """The cheapest type in each region that the tenant uses on other providers, where its
    sovereignty rules let the VM go."""
    for account in scene.accounts.values():
        if account.type is source.type or account.type not in CATALOGUED:
            continue
        for region in sorted(_regions(scene, account)):
            price = _cheapest(source.type, account.type, region, record)
            if price is None:
                continue
            if not found_breaches(scene.services, source, record.region, account, region):
                yield Place(account, region, *price)


def _regions(scene: Scene, account: ProviderAccount) -> set[str]:
    used = {one.region for one in scene.everything if one.account_id == account.id and one.region}
    own = account.settings.get("region") or account.settings.get("location")
    return used | ({own} if own else set())


def _cheapest(
    source: ProviderType, provider: ProviderType, region: str, record: ResourceRecord
) -> tuple[str, Decimal] | None:
    """None: nothing there is known to hold it, or it runs on what cannot be moved."""
    told = record.document
    have = size_of(source, told.get("instance_type") or "")
    if have is None or MOVED not in have.architectures:
        return None
    fitting = [
        (one.hourly, one.name)
        for one in instance_types(provider, region)
        if one.hourly is not None
        and one.vcpus >= told["vcpus"]
        and one.memory_mib >= told["memory_mib"]
        and MOVED in one.architectures
        and same_kind(one, have)
    ]
    hourly, name = min(fitting, default=(None, ""))
    return None if hourly is None else (name, hourly)


def _finding(
    scene: Scene, rule: Rule, record: ResourceRecord, here: Decimal, there: Place
) -> Finding | None:
    most = rule.thresholds
    monthly = (here - there.hourly) * HOURS
    if monthly < here * HOURS * Decimal(most["min_saving_percent"]) / 100:
        return None
    gib, unseen = _disks(scene, record)
    once = leaving(scene.accounts[record.account_id].type, record.region, gib, scene.now.date())
    if once is None:
        return None
    payback = once / monthly
    if payback > Decimal(most["max_payback_months"]):
        return None
    return Finding(
        record=record,
        title=f"{record.name} costs less at {there.account.name} in {there.region}",
        detail=f"{there.instance_type} at {there.hourly} an hour instead of {here}. {gib} GiB "
        f"leave once for {once} USD at most, paid back in {payback:.1f} months. See what stands "
        f"in its way: novacron migration assess {record.id} --to {there.account.name} "
        f"--region {there.region}",
        saving=saved(here, there.hourly, LIST, "commitments that cover it here"),
        confidence=Confidence.LOW,
        risk="Whatever it talks to stays behind: latency and egress of every day come on top.",
        unknown=["price of disks there", "egress of its daily traffic", *unseen],
        evidence=[
            Evidence(
                signal="payback",
                window_hours=0,
                observed=round(float(payback), 2),
                threshold=most["max_payback_months"],
                unit="months",
            )
        ],
    )


def leaving(provider: ProviderType, region: str, gib: int, today: date) -> Decimal | None:
    """What the disks' way to the internet costs, as ``migration.assess.copying`` takes it; None:
    no price is known."""
    for place in (region, EGRESS_REGION.get(provider, "")):
        rows = rates(provider, place, PriceKind.EGRESS, today)
        if rows:
            return tiered(rows, Decimal(gib)).quantize(CENT)
    return None


def _disks(scene: Scene, record: ResourceRecord) -> tuple[int, list[str]]:
    """(GiB of those that the inventory has, what it has not)."""
    sizes = {
        one.provider_id: one.document.get("size_gib")
        for one in scene.everything
        if one.kind is ResourceKind.VOLUME
    }
    ids = record.document.get("volume_ids", [])
    known = [size for one in ids if (size := sizes.get(one)) is not None]
    unseen = ["size of the disks that were made with it"] if len(known) < len(ids) else []
    return sum(known), unseen
