"""Price snapshots replaced by what the providers tell."""

from __future__ import annotations

from datetime import date

from novacron.catalog.live import Objects, publish, use_newest
from novacron.catalog.refresh import aws, azure
from novacron.catalog.refresh.refresh import LEAST, Drawn, Priced, Refreshed, draw
from novacron.catalog.refresh.staged import stage, staged
from novacron.catalog.snapshot import Snapshot, current
from novacron.errors import ProviderUnavailable, Unsupported
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.price import PriceKind
from novacron.operations.services import Services


class RefreshedRegion(Model):
    """``waiting``: regions that have not been read yet. ``unknown_regions`` are AWS's that the
    catalog has no types of: nothing is priced there. ``snapshot``: what was published, if any."""

    region: str
    prices: int
    waiting: int
    unknown_regions: list[str]
    snapshot: Refreshed | None


def refresh_azure(services: Services, url: str) -> Refreshed:
    """Publish a new snapshot of Azure's prices. Running it twice on a day changes nothing more;
    an answer that breaks off or is too small leaves what was there. Raises Throttled,
    ProviderUnavailable, Unsupported: this deployment keeps no costs."""
    store, now = services.costs, services.now()
    use_newest(store, now)
    base = current(ProviderType.AZURE)
    if base is None:
        raise Unsupported("No sizes of Azure are known.")
    today = now.date()
    drawn = draw(base, azure.prices(base.regions(), today, url), azure.SOURCE, today)
    return _published(store, ProviderType.AZURE, drawn)


def refresh_aws(services: Services, index: str) -> RefreshedRegion:
    """Read the prices of the region whose are the oldest; once all regions are newer than the
    snapshot in force, publish one of all. A file that breaks off or is too small leaves what was
    there. Raises Throttled, ProviderUnavailable, Unsupported: this deployment keeps no costs."""
    store, today = services.costs, services.now().date()
    use_newest(store, services.now())
    base = current(ProviderType.AWS)
    if base is None:
        raise Unsupported("No types of AWS are known.")
    files = aws.files(index)
    known = sorted(files.keys() & set(base.regions()))
    there = {one.region: one for one in staged(store) if one.region in known}
    region = min(known, key=lambda one: there[one].as_of if one in there else date.min)
    there[region] = stage(store, region, _whole(base, region, files[region]), today)
    snapshot = None
    oldest = min(one.as_of for one in there.values())
    if len(there) == len(known) and oldest > base.as_of:
        told = (price for one in there.values() for price in one.prices)
        snapshot = _published(store, ProviderType.AWS, draw(base, told, aws.SOURCE, oldest))
    return RefreshedRegion(
        region=region,
        prices=len(there[region].prices),
        waiting=len(known) - len(there),
        unknown_regions=sorted(files.keys() - set(known)),
        snapshot=snapshot,
    )


def _whole(base: Snapshot, region: str, url: str) -> list[Priced]:
    """Raises ProviderUnavailable: far fewer VMs are priced than were known."""
    found = list(aws.prices(url, region))
    priced = sum(one.kind is PriceKind.ON_DEMAND for one in found)
    known = sum(price is not None for price in base.member(f"{region}.json").values())
    if priced < LEAST * known:
        raise ProviderUnavailable(f"AWS told {priced} prices in {region}: it was cut short.")
    return found


def _published(store: Objects, provider: ProviderType, drawn: Drawn) -> Refreshed:
    return Refreshed(
        provider=provider.value,
        changed=publish(store, provider, drawn.archive),
        on_demand=drawn.on_demand,
        others=drawn.others,
        zero=drawn.zero,
        unknown=drawn.unknown,
    )
