"""Price snapshots replaced by what the providers tell."""

from __future__ import annotations

from novacron.catalog.live import publish, use_newest
from novacron.catalog.refresh import azure
from novacron.catalog.refresh.refresh import Refreshed, draw
from novacron.catalog.snapshot import current
from novacron.errors import Unsupported
from novacron.models.account import ProviderType
from novacron.operations.services import Services


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
    return Refreshed(
        provider=ProviderType.AZURE.value,
        changed=publish(store, ProviderType.AZURE, drawn.archive),
        on_demand=drawn.on_demand,
        others=drawn.others,
        zero=drawn.zero,
        unknown=drawn.unknown,
    )
