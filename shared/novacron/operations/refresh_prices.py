"""Price snapshots replaced by what the providers tell."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime

from novacron.catalog.live import Objects, publish, use_newest
from novacron.catalog.refresh import aws, aws_network, aws_plans, azure, gcp
from novacron.catalog.refresh.aws_files import TRANSFER, VPC, files, plan_files
from novacron.catalog.refresh.opened import absent
from novacron.catalog.refresh.refresh import (
    LEAST,
    MOST_REPORTED,
    Drawn,
    Priced,
    Refreshed,
    draw,
)
from novacron.catalog.refresh.staged import stage, staged
from novacron.catalog.snapshot import Snapshot, current
from novacron.errors import AuthenticationFailed, NovaCronError, ProviderUnavailable, Unsupported
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.price import PriceKind
from novacron.operations.services import Services

log = logging.getLogger(__name__)
Spot = Callable[[str, datetime], list[Priced]]
"""Region and now -> its spot prices."""


class RefreshedRegion(Model):
    """``plans``: how many of ``prices`` are under a savings plan; none where the list has no such
    file of the region. ``no_spot``: why its spot prices are as they were. ``waiting``: regions that
    have not been read yet. ``unknown_regions`` are AWS's that the catalog has no types of: nothing
    is priced there. ``snapshot``: what was published, if any."""

    region: str
    prices: int
    plans: int
    no_spot: str
    waiting: int
    unknown_regions: list[str]
    snapshot: Refreshed | None


def refresh_azure(services: Services, url: str) -> Refreshed:
    """Publish a new snapshot of Azure's prices. Running it twice on a day changes nothing more;
    an answer that breaks off or is too small leaves what was there. Raises Throttled,
    ProviderUnavailable, Unsupported: this deployment keeps no costs."""
    base, today = _base(services, ProviderType.AZURE), services.now().date()
    drawn = draw(base, azure.prices(base.regions(), today, url), azure.SOURCE, today)
    return _published(services.costs, ProviderType.AZURE, drawn)


def refresh_gcp(services: Services, url: str, secret_id: str) -> Refreshed:
    """The same of Google's prices, with the ``api_key`` that the secret has. Raises
    AuthenticationFailed (the secret or its key), Throttled, ProviderUnavailable, Unsupported."""
    base, today = _base(services, ProviderType.GCP), services.now().date()
    key = services.providers.secrets.read(secret_id).get("api_key", "")
    if not key:
        raise AuthenticationFailed("The secret has no api_key.")
    told = gcp.prices(base, key, url)
    drawn = draw(base, told.prices, gcp.SOURCE, today)
    drawn = drawn._replace(unknown=told.unknown[:MOST_REPORTED])
    return _published(services.costs, ProviderType.GCP, drawn)


def refresh_aws(services: Services, index: str, spot: Spot) -> RefreshedRegion:
    """Read the prices of the region whose are the oldest; once all regions are newer than the
    snapshot in force, publish one of all. A file that breaks off or is too small leaves what was
    there. Raises Throttled, ProviderUnavailable, Unsupported: this deployment keeps no costs."""
    store, today = services.costs, services.now().date()
    base = _base(services, ProviderType.AWS)
    places = files(index)
    known = sorted(places.keys() & set(base.regions()))
    there = {one.region: one for one in staged(store) if one.region in known}
    region = min(known, key=lambda one: there[one].as_of if one in there else date.min)
    spot_prices, no_spot = _asked(spot, region, services.now())
    plans = _plans(index, region)
    listed = [*_whole(base, region, places[region]), *_network(index, region), *plans]
    there[region] = stage(store, region, [*listed, *spot_prices], today)
    snapshot = None
    oldest = min(one.as_of for one in there.values())
    if len(there) == len(known) and oldest > base.as_of:
        told = (price for one in there.values() for price in one.prices)
        snapshot = _published(store, ProviderType.AWS, draw(base, told, aws.SOURCE, oldest))
    return RefreshedRegion(
        region=region,
        prices=len(there[region].prices),
        plans=len(plans),
        no_spot=no_spot,
        waiting=len(known) - len(there),
        unknown_regions=sorted(places.keys() - set(known)),
        snapshot=snapshot,
    )


def _base(services: Services, provider: ProviderType) -> Snapshot:
    use_newest(services.costs, services.now())
    base = current(provider)
    if base is None:
        raise Unsupported(f"No types of {provider.value} are known.")
    return base


def _whole(base: Snapshot, region: str, url: str) -> list[Priced]:
    """Raises ProviderUnavailable: far fewer VMs are priced than were known."""
    found = list(aws.prices(url, region))
    priced = sum(one.kind is PriceKind.ON_DEMAND for one in found)
    known = sum(price is not None for price in base.member(f"{region}.json").values())
    if priced < LEAST * known:
        raise ProviderUnavailable(f"AWS told {priced} prices in {region}: it was cut short.")
    return found


def _network(index: str, region: str) -> Iterator[Priced]:
    told = ((TRANSFER, aws_network.egress), (VPC, aws_network.addresses))
    for service, prices in told:
        url = files(index, service).get(region)
        if url is not None:
            yield from prices(url, region)


def _asked(spot: Spot, region: str, now: datetime) -> tuple[list[Priced], str]:
    """(the prices, why there are none). They are no part of the list: what was known stays."""
    try:
        return spot(region, now), ""
    except NovaCronError as error:
        log.warning("no spot prices of %s: %s", region, error.detail)
        return [], error.detail


def _plans(index: str, region: str) -> list[Priced]:
    """None where there is no such file: a copy of the list may lack them."""
    try:
        url = plan_files(index).get(region)
        return list(aws_plans.prices(url, region)) if url else []
    except ProviderUnavailable as error:
        if absent(error):
            return []
        raise


def _published(store: Objects, provider: ProviderType, drawn: Drawn) -> Refreshed:
    return Refreshed(
        provider=provider.value,
        changed=publish(store, provider, drawn.archive),
        on_demand=drawn.on_demand,
        others=drawn.others,
        zero=drawn.zero,
        unpriced=drawn.unpriced,
        unknown=drawn.unknown,
    )
