"""The rate cards of a tenant's own hosts, one an account."""

from __future__ import annotations

from novacron.models.rate_card import RateCard
from novacron.store.table import Table, document


def read_card(table: Table, tenant: str, account_id: str) -> RateCard | None:
    return table.get(_pk(tenant), account_id, RateCard)


def write_card(table: Table, tenant: str, account_id: str, card: RateCard) -> None:
    table.put(document(_pk(tenant), account_id, card))


def _pk(tenant: str) -> str:
    return f"T#{tenant}#RATECARD"
