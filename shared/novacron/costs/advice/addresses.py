"""Public addresses that nothing uses: looked at each hour, advised on after many looks in a row."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from novacron.audit.log import AuditLog
from novacron.catalog.rates import rate
from novacron.costs.advice.finding import Finding, Scene, told_of
from novacron.costs.advice.prices import CENT, HOURS, LIST, Saving
from novacron.errors import NotFound, Unsupported
from novacron.models.account import ProviderType
from novacron.models.address import Address
from novacron.models.advice import Rule
from novacron.models.price import PriceKind
from novacron.models.recommendation import Action, Confidence, Recommendation
from novacron.models.sighting import Sighting
from novacron.models.volume import ResourceFilter
from novacron.operations.services import Services
from novacron.providers.addresses import PublicAddresses
from novacron.providers.base import CloudProvider, iterate
from novacron.tenancy.principal import Principal

OPERATION = "address.release"
"""Of an ``Action``: one call to the provider, on what no record of ours is kept of."""


def unused(provider: CloudProvider) -> Iterator[Address]:
    if isinstance(provider, PublicAddresses):
        for address in iterate(provider.list_addresses, ResourceFilter()):
            if address.attached_to is None:
                yield address


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    for sighting in scene.sightings(rule):
        if isinstance(sighting.found, Address):
            yield _finding(scene, rule, sighting, sighting.found)


def _finding(scene: Scene, rule: Rule, sighting: Sighting, address: Address) -> Finding:
    return Finding(
        record=sighting,
        title=f"Nothing uses the address {address.ip} in {address.region}",
        detail="Release it if no name, firewall or partner still expects you there. To apply "
        f"this, repeat the name for confirmation: {address.name}.",
        saving=_saving(scene, sighting.account_id, address),
        confidence=Confidence.HIGH,
        risk="Cannot be taken back: whoever gets the address next gets what is still sent to it.",
        evidence=told_of(scene, rule, sighting),
        apply=Action(operation=OPERATION, resource_id=address.id),
    )


def _saving(scene: Scene, account_id: str, address: Address) -> Saving:
    kind = scene.accounts[account_id].type
    row = rate(kind, address.region, PriceKind.ADDRESS, "ipv4", scene.now.date())
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
