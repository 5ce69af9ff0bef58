"""Exchange rates: the tenant's own or the ECB's, and once used for a day, for ever that day's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from novacron.costs.exchange.reference import ReferenceRates
from novacron.errors import Conflict
from novacron.models.cost import Currency, RateSource
from novacron.models.cost_import import CostSettings, UsedRate

ONE = Decimal(1)
Used = dict[Currency, dict[date, UsedRate]]


class Rates:
    """Into the currency of ``settings``. ``kept``: what an earlier import of the month used."""

    def __init__(
        self,
        settings: CostSettings,
        kept: Mapping[Currency, Mapping[date, UsedRate]],
        reference: ReferenceRates,
    ) -> None:
        self.currency = settings.currency
        self._table = {
            currency: sorted(rates.items()) for currency, rates in settings.rates.items()
        }
        self._kept = kept
        self._reference = reference
        self.used: Used = {}

    def of(self, currency: Currency, day: date) -> UsedRate:
        """Raises Conflict: nobody gave a rate for that day."""
        if currency == self.currency:
            return UsedRate(rate=ONE, as_of=day)
        days = self.used.setdefault(currency, {})
        if day not in days:
            days[day] = self._settled(currency, day) or self._given(currency, day)
        return days[day]

    def _settled(self, currency: Currency, day: date) -> UsedRate | None:
        """A reference rate of an earlier day gives way to the day's own, once it is published."""
        kept = self._kept.get(currency, {}).get(day)
        if kept is None or kept.source is not RateSource.ECB or kept.as_of == day:
            return kept
        return self._reference.of(currency, self.currency, day) or kept

    def _given(self, currency: Currency, day: date) -> UsedRate:
        rates = self._table.get(currency, [])
        at = bisect_right(rates, day, key=lambda pair: pair[0])
        if at:
            as_of, rate = rates[at - 1]
            return UsedRate(rate=rate, as_of=as_of)
        found = self._reference.of(currency, self.currency, day)
        if found is None:
            raise Conflict(
                f"There is no exchange rate from {currency} to {self.currency} for {day}.",
                remedy="Give one with PUT /costs/settings; the import is tried again by itself.",
            )
        return found
