"""Where a provider's bills come from: the capability that every cost source has.

Rules beside those of ``providers.base``: numbers become ``Decimal`` from the text that the provider
wrote, never by way of a float; times are UTC; a provider's own columns without a place in FOCUS are
left out; rows are given as Arrow batches of ``costs.focus.BILL`` so that memory stays flat whatever
a file's size. pyarrow is imported on the first use, as most functions have none.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from novacron.models.base import Model

if TYPE_CHECKING:
    import pyarrow as pa


class BillPart(Model):
    """One file or page range of a delivery; ``place`` is the source's own address of it."""

    id: str
    place: str
    size: int | None = None
    """Bytes, where the source tells."""


class BillDelivery(Model):
    """All rows of one billing period as the provider knows them at ``delivered_at``.

    ``version`` changes whenever the content does; a later delivery replaces the whole period.
    """

    period: date
    """First day of the billing month."""
    version: str
    delivered_at: datetime
    parts: list[BillPart]
    complete: bool = True
    """False: a fallback that only knows aggregates (Cost Explorer, Query API)."""


class BillingSource(ABC):
    """Can tell what it charged. Found on an adapter by its type, like every capability."""

    @abstractmethod
    def bill_deliveries(self, since: date) -> list[BillDelivery]:
        """The newest delivery of each period that touches ``since`` or later, oldest first.

        A delivery that is being written is not listed. NotFound: no export is set up, and what to
        set up; callers may then use what the account's settings allow as a fallback.
        """

    @abstractmethod
    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:
        """The part's rows as batches of ``costs.focus.BILL``, always in the same order.

        Conflict: the part was replaced meanwhile; list the deliveries again. Corrupted: the file
        is cut or does not parse, with its place and row.
        """
