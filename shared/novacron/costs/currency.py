"""Exchange rates: from the tenant's table, and once used for a day, for ever that day's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from novacron.errors import Conflict
from novacron.models.cost import Currency
from novacron.models.cost_import import CostSettings, UsedRate

ONE = Decimal(1)
Used = dict[Currency, dict[date, UsedRate]]


class Rates:
    """Into the currency of ``settings``. ``kept``: what an earlier import of the month used."""

    def __init__(
        self, settings: CostSettings, kept: Mapping[Currency, Mapping[date, UsedRate]]
    ) -> None:
        self.currency = settings.currency
        self._table = {
            currency: sorted(rates.items()) for currency, rates in settings.rates.items()
        }
        self._kept = kept
        self.used: Used = {}

    def of(self, currency: Currency, day: date) -> UsedRate:
        """Raises Conflict: nobody gave a rate for that day."""
        if currency == self.currency:
            return UsedRate(rate=ONE, as_of=day)
        days = self.used.setdefault(currency, {})
        if day not in days:
            days[day] = self._kept.get(currency, {}).get(day) or self._given(currency, day)
        return days[day]

    def _given(self, currency: Currency, day: date) -> UsedRate:
        rates = self._table.get(currency, [])
        at = bisect_right(rates, day, key=lambda pair: pair[0])
        if at == 0:
            raise Conflict(
                f"There is no exchange rate from {currency} to {self.currency} for {day}.",
                remedy="Give one with PUT /costs/settings; the import is tried again by itself.",
            )
        as_of, rate = rates[at - 1]
        return UsedRate(rate=rate, as_of=as_of)
