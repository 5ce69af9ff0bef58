"""Reference rates that were published, in object storage: every day that was ever read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from pydantic import RootModel

from novacron.costs.exchange.ecb import Published
from novacron.errors import NotFound
from novacron.migration.objects import ObjectStore
from novacron.models.base import Model
from novacron.models.cost import Currency, Days, Exchange, RateSource
from novacron.models.cost_import import Partition, UsedRate

PATH = "exchange-rates/ecb.json"
EURO = "EUR"
PLACES = Decimal("1e-12")
"""Of a rate that is kept."""
OLDEST = timedelta(days=31)
"""A currency that is no longer quoted has no rate after that long."""


STALE = timedelta(days=5)
"""More than Easter, the longest that TARGET is closed."""


class RefreshedRates(Model):
    """``days``: how many are known now, the newest among them."""

    days: int
    new: int
    newest: date


class _Kept(RootModel[Published]):
    """The file."""


class ReferenceRates:
    """Read from the store when first asked."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._known: Published | None = None
        self._days: list[date] = []

    def of(self, currency: Currency, into: Currency, day: date) -> UsedRate | None:
        """By the newest day, the asked one or earlier, that quotes both against the euro."""
        if self._known is None:
            self._known = self._read()
            self._days = sorted(self._known)
        for at in reversed(self._days[: bisect_right(self._days, day)]):
            if day - at > OLDEST:
                return None
            quoted = self._known[at] | {EURO: Decimal(1)}
            if currency in quoted and into in quoted:
                rate = (quoted[into] / quoted[currency]).quantize(PLACES)
                return UsedRate(rate=rate, as_of=at, source=RateSource.ECB)
        return None

    def add(self, told: Published) -> RefreshedRates:
        """Keep ``told`` beside what is there; the ECB's word on a day replaces its earlier one."""
        known = self._read()
        both = dict(sorted((known | told).items()))
        if both != known:
            self._objects.put(PATH, _Kept(both).model_dump_json().encode())
        new = len(both) - len(known)
        return RefreshedRates(days=len(both), new=new, newest=max(both))

    def _read(self) -> Published:
        try:
            return _Kept.model_validate_json(self._objects.get(PATH)).root
        except NotFound:
            return {}


def exchanged(partitions: Iterable[Partition], days: Days) -> list[Exchange]:
    """By what the costs of these days were converted, told by the newest day of each currency. A
    tenant's own rate holds until it gives another, so that it does not become stale."""
    newest: dict[Currency, tuple[date, UsedRate]] = {}
    for partition in partitions:
        for currency, used in partition.rates.items():
            inside = [day for day in used if days.start <= day < days.end]
            if inside and (currency not in newest or newest[currency][0] < max(inside)):
                newest[currency] = (max(inside), used[max(inside)])
    return [
        Exchange(
            currency=currency,
            day=day,
            stale=used.source is RateSource.ECB and day - used.as_of > STALE,
            **used.model_dump(),
        )
        for currency, (day, used) in sorted(newest.items())
    ]
