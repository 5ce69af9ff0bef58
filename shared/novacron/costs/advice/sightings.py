"""What is in no inventory: what nothing uses, advised on after many hourly looks, and commitments.

Each rule's own list is kept beside the account's others, so that one that cannot be read, as where
a role lacks the permission, keeps no other from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from novacron.costs.advice import addresses, balancers, expiring, reservations
from novacron.errors import NovaCronError
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import RecommendationKind as Kind
from novacron.models.sighting import Seen, Sighting, Sightings
from novacron.operations.services import Services
from novacron.providers.base import CloudProvider
from novacron.store.recommendations import AdviceStore

MOST = 500
"""Of a kind and an account, the oldest first: one item of the table holds them."""
WATCHED: dict[Kind, Callable[[CloudProvider], Iterator[Seen]]] = {
    Kind.UNUSED_ADDRESS: addresses.unused,
    Kind.EMPTY_LOAD_BALANCER: balancers.empty,
    Kind.UNUSED_RESERVATION: reservations.unused,
    Kind.EXPIRING_COMMITMENT: expiring.held,
}
"""What nothing uses now, or is held; nothing of a provider that lists none."""


def look_all(
    services: Services, account: ProviderAccount
) -> tuple[dict[Kind, list[Sighting]], dict[str, str]]:
    """(what was seen, why not by account and kind). What cannot be read is as at the last look."""
    seen: dict[Kind, list[Sighting]] = {}
    unread: dict[str, str] = {}
    for kind in WATCHED:
        try:
            seen[kind] = look(services, account, kind)
        except NovaCronError as error:
            unread[f"{account.id} {kind.value}"] = error.detail
            store = AdviceStore(services.store.table)
            seen[kind] = store.sightings(account.tenant, account.id, kind).items
    return seen, unread


def look(services: Services, account: ProviderAccount, kind: Kind) -> list[Sighting]:
    """Those of the account now. Raises what the provider does."""
    store = AdviceStore(services.store.table)
    before = {one.id: one for one in store.sightings(account.tenant, account.id, kind).items}
    now, seen = services.now(), []
    for found in WATCHED[kind](services.providers.of(account)):
        new = Sighting(account_id=account.id, first=now, looks=0, found=found)
        was = before.get(found.id, new)
        was = was if was.found.mark == found.mark else new  # another of the same name
        seen.append(was.model_copy(update={"looks": was.looks + 1, "found": found}))
    kept = sorted(seen, key=lambda one: (one.first, one.id))[:MOST]
    if kept or before:
        store.save_sightings(account.tenant, account.id, kind, Sightings(items=kept))
    return kept
