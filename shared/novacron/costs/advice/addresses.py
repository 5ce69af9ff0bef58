"""Public addresses that nothing uses: looked at each hour, advised on after many looks in a row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from novacron.audit.log import AuditLog
from novacron.catalog.rates import rate
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import CENT, HOURS, LIST, Saving
from novacron.costs.advice.rules import carries
from novacron.errors import NotFound, Unsupported
from novacron.models.account import ProviderType
from novacron.models.advice import Rule
from novacron.models.price import PriceKind
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import Action, Confidence, Evidence, Recommendation
from novacron.models.sighting import Sighting, Sightings
from novacron.models.volume import ResourceFilter
from novacron.operations.services import Services
from novacron.providers.addresses import PublicAddresses
from novacron.providers.base import iterate
from novacron.store.recommendations import AdviceStore
from novacron.tenancy.principal import Principal

OPERATION = "address.release"
"""Of an ``Action``: one call to the provider, on what no record of ours is kept of."""
MOST = 500
"""Of an account, the oldest first: one item of the table holds them."""


def look(services: Services, account: ProviderAccount) -> list[Sighting]:
    """Those of the account that nothing uses now. Raises what the provider does."""
    provider = services.providers.of(account)
    if not isinstance(provider, PublicAddresses):
        return []
    store = AdviceStore(services.store.table)
    before = {one.id: one for one in store.sightings(account.tenant, account.id).items}
    now, seen = services.now(), []
    for address in iterate(provider.list_addresses, ResourceFilter()):
        if address.attached_to is None:
            new = Sighting(account_id=account.id, first=now, looks=0, found=address)
            was = before.get(address.id, new)
            was = was if was.found.ip == address.ip else new  # another of the same name
            seen.append(was.model_copy(update={"looks": was.looks + 1, "found": address}))
    kept = sorted(seen, key=lambda one: (one.first, one.id))[:MOST]
    store.save_sightings(account.tenant, account.id, Sightings(items=kept))
    return kept


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    for sighting in scene.unused:
        tags, hours = sighting.found.tags, (scene.now - sighting.first) / timedelta(hours=1)
        if carries(tags, scene.book.excluded_tags) or (rule.tags and not carries(tags, rule.tags)):
            continue
        if hours < rule.window_hours or sighting.looks < rule.thresholds["min_looks"]:
            continue
        yield _finding(scene, rule, sighting, round(hours, 1))


def _finding(scene: Scene, rule: Rule, sighting: Sighting, hours: float) -> Finding:
    address = sighting.found
    looks = (sighting.looks, rule.thresholds["min_looks"], "looks")
    seen = (("hours since it was first seen so", (hours, rule.window_hours, "hours")),)
    told = (*seen, ("looks in a row at which nothing used it", looks))
    return Finding(
        record=sighting,
        title=f"Nothing uses the address {address.ip} in {address.region}",
        detail="Release it if no name, firewall or partner still expects you there. To apply "
        f"this, repeat the name for confirmation: {address.name}.",
        saving=_saving(scene, sighting),
        confidence=Confidence.HIGH,
        risk="Cannot be taken back: whoever gets the address next gets what is still sent to it.",
        evidence=[
            Evidence(
                signal=signal,
                window_hours=rule.window_hours,
                observed=observed,
                threshold=threshold,
                unit=unit,
            )
            for signal, (observed, threshold, unit) in told
        ],
        apply=Action(operation=OPERATION, resource_id=address.id),
    )


def _saving(scene: Scene, sighting: Sighting) -> Saving:
    kind, region = scene.accounts[sighting.account_id].type, sighting.found.region
    row = rate(kind, region, PriceKind.ADDRESS, "ipv4", scene.now.date())
    if row is None:
        return Saving(None, LIST, "no price is known", ["price"])
    # https://cloud.google.com/vpc/network-pricing#ipaddress
    dearer = ["Google's price of an address that is not in use, which is the higher one"]
    unknown = dearer if kind is ProviderType.GCP else []
    monthly = Decimal(row.price * HOURS).quantize(CENT)
    return Saving(monthly, row.currency, f"{row.price} x 730 h", unknown)


def release(services: Services, who: Principal, found: Recommendation, address_id: str) -> None:
    """For good. Raises Conflict: something uses it now; one that is gone already is fine."""
    account = services.store.account(found.tenant, found.account_id)
    provider = services.providers.of(account)
    if not isinstance(provider, PublicAddresses):
        raise Unsupported(provider.refusals["PublicAddresses"])
    log = AuditLog(services.store.table, services.now)
    log.append(found.tenant, who.subject, OPERATION, f"{account.id}/{address_id}", "allowed")
    try:
        provider.release_address(address_id)
    except NotFound:
        return
