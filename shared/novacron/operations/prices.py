"""Rate cards and estimates of a tenant: whose account it is, and by what it is priced."""

from __future__ import annotations

from novacron.catalog.live import LISTED, use_newest
from novacron.costs import estimate, own_hosts
from novacron.errors import InvalidSpec, NotFound, Unsupported
from novacron.models.estimate import Environment, Estimate
from novacron.models.rate_card import RateCard
from novacron.operations.services import Services
from novacron.store.rate_cards import RateCards


def use_live_prices(services: Services) -> None:
    """Answer from the newest refreshed prices, where this deployment keeps any."""
    if services.cost_store:
        use_newest(services.costs, services.now())


def rate_card(services: Services, tenant: str, account_id: str) -> RateCard:
    """Raises NotFound: no such account, or it has no card."""
    services.store.account(tenant, account_id)
    card = RateCards(services.store.table).newest(tenant, account_id)
    if card is None:
        raise NotFound(f"Account {account_id!r} has no rate card.", field="account_id")
    return card


def put_rate_card(services: Services, tenant: str, account_id: str, card: RateCard) -> RateCard:
    """Prices from now on; what was metered keeps the price that applied. Raises NotFound,
    InvalidSpec: the account is a cloud's, which has prices of its own."""
    account = services.store.account(tenant, account_id)
    if account.type in LISTED:
        raise InvalidSpec(
            f"{account.type.value} has list prices; a rate card is for one's own hosts.",
            field="account_id",
        )
    RateCards(services.store.table).save(tenant, account_id, card, services.now())
    return card


def estimated(services: Services, tenant: str, wanted: Environment) -> Estimate:
    """Raises NotFound (the account), Unsupported (own hosts without a card), and what the mapping
    raises."""
    provider, today = wanted.provider, services.now().date()
    if wanted.account_id is not None:
        provider = services.store.account(tenant, wanted.account_id).type
    if provider in LISTED:
        return estimate.environment(provider, wanted, today)
    cards = RateCards(services.store.table)
    card = cards.newest(tenant, wanted.account_id) if wanted.account_id else None
    if card is None:
        raise Unsupported(
            "Own hosts are priced by their account's rate card, and there is none.",
            field="account_id",
            remedy="PUT /accounts/{account_id}/rate-card.",
        )
    return own_hosts.environment(card, wanted)
