"""What VMs have reserved of budgets, and what is left of them.

Amounts are whole billionths of the currency and times whole seconds, so that sums are exact:
whatever is taken by many at once and given back in any order comes out even.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from novacron.models.base import Model, Tags

SECOND = timedelta(seconds=1)
KEPT = timedelta(days=366)
"""How long a span that has ended is kept: no calendar period is longer."""


class Window(NamedTuple):
    """From ``start`` up to and without ``end``, in UTC."""

    start: datetime
    end: datetime


class Span(Model):
    """A VM ran, or runs, from ``start`` at ``rate`` billionths a second. 0: no price is known."""

    start: datetime
    end: datetime | None = None
    rate: int

    def share(self, window: Window) -> int:
        """What falls into ``window``, in billionths."""
        begin, end = max(self.start, window.start), min(self.end or window.end, window.end)
        return max(0, (end - begin) // SECOND) * self.rate


class Reservation(Model):
    """All spans of one VM; the last is open while it runs. The scope is fixed when it is made."""

    tenant: str
    vm_id: str
    account_id: str
    tags: Tags
    spans: list[Span] = []
    version: int = 0

    @property
    def open(self) -> Span | None:
        return self.spans[-1] if self.spans and self.spans[-1].end is None else None

    def opened(self, at: datetime, rate: int) -> Reservation:
        spans = [one for one in self.spans if one.end is None or one.end > at - KEPT]
        return self._with([*spans, Span(start=whole(at), rate=rate)])

    def closed(self, at: datetime) -> Reservation:
        """What was used up by ``at`` stays reserved until the ledger has it."""
        last = self.spans[-1]
        return self._with([*self.spans[:-1], last.model_copy(update={"end": whole(at)})])

    def dropped(self) -> Reservation:
        """Without the open span: nothing came of it."""
        return self._with(self.spans[:-1])

    def share(self, window: Window, covered: datetime | None = None) -> int:
        """What falls into ``window``, in billionths; what is before ``covered`` the ledger has."""
        since = max(window.start, covered or window.start)
        return sum(one.share(Window(since, window.end)) for one in self.spans)

    def _with(self, spans: list[Span]) -> Reservation:
        return self.model_copy(update={"spans": spans})


class Counter(Model):
    """A budget in the period under way. ``left`` = ``limit`` + ``extra`` - ``spent`` - what is
    reserved. Who changes ``left`` adds to ``seq``, so that a count knows if it was overtaken.

    ``used``: what VMs have cost that the ledger does not have yet, when it was counted.
    ``covers``: account -> when ``spent`` ends there. ``unpriced``: running VMs that are not held.
    """

    tenant: str
    budget_id: str
    start: datetime
    end: datetime
    limit: int
    spent: int
    used: int
    forecast: int
    covers: dict[str, datetime]
    unpriced: list[str]
    counted_at: datetime
    left: int
    extra: int = 0
    seq: int = 0

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)

    @property
    def actual(self) -> int:
        return self.spent + self.used

    @property
    def reserved(self) -> int:
        return self.limit + self.extra - self.actual - self.left


def whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
