"""The state history cut into hours, to the second. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from novacron.models.history import Change

HOUR = timedelta(hours=1)
PLACES = Decimal("1e-12")


class Span(NamedTuple):
    """What a resource was for ``seconds`` of the hour that begins at ``hour``."""

    change: Change
    hour: datetime
    seconds: Decimal

    @property
    def hours(self) -> Decimal:
        return (self.seconds / 3600).quantize(PLACES)


def spans(changes: Sequence[Change], start: datetime, end: datetime) -> Iterator[Span]:
    """Of one resource, oldest first. What is gone has none."""
    ends = [*(later.at for _, later in pairwise(changes)), end]
    for change, until in zip(changes, ends, strict=True):
        if not change.gone:
            for hour, seconds in _hours(max(change.at, start), min(until, end)):
                yield Span(change, hour, seconds)


def _hours(start: datetime, end: datetime) -> Iterator[tuple[datetime, Decimal]]:
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        within = min(hour + HOUR, end) - max(hour, start)
        if within > timedelta():
            yield hour, Decimal(within // timedelta(microseconds=1)) / 1_000_000
        hour += HOUR
