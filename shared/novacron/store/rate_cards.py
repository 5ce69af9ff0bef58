"""Rate cards of accounts, each with the moment since which it is valid: none is written over."""

from __future__ import annotations

from datetime import datetime

from novacron.errors import NotFound
from novacron.models.base import Model
from novacron.models.rate_card import RateCard
from novacron.store.table import Table, document, stamp


class ValidCard(Model):
    since: datetime
    card: RateCard


class RateCards:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._found: dict[tuple[str, str, datetime], ValidCard] = {}

    def at(self, tenant: str, account_id: str, when: datetime) -> ValidCard:
        """The card that was valid then. Raises NotFound."""
        key = (tenant, account_id, when)
        if key not in self._found:
            after = f"{stamp(when)}~"
            found = self._table.last_before(_pk(tenant, account_id), after, ValidCard)
            if found is None:
                raise NotFound(
                    f"Account {account_id} has no rate card for {when:%Y-%m-%d %H:%M}.",
                    remedy="Give it one: until then nothing on its hosts has a price.",
                )
            self._found[key] = found
        return self._found[key]

    def save(self, tenant: str, account_id: str, card: RateCard, since: datetime) -> None:
        item = document(_pk(tenant, account_id), stamp(since), ValidCard(since=since, card=card))
        self._table.put(item)


def _pk(tenant: str, account_id: str) -> str:
    return f"T#{tenant}#RATE_CARD#{account_id}"
