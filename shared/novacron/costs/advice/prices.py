"""What a resource costs a month: by the bill where there is one, by its price where not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from novacron.costs.advice.bill import Bill, read
from novacron.costs.ledger import Ledger
from novacron.errors import NovaCronError
from novacron.models.cost import Days
from novacron.models.operation import ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.operations.services import Services

HOURS = Decimal(730)
"""Of a month."""
BILL_DAYS = 14
"""How far back the bill is read."""
CENT = Decimal("0.01")
LIST = "USD"
"""The currency of list prices."""


@dataclass(frozen=True)
class Saving:
    """``monthly`` None: no price is known, which ``unknown`` says."""

    monthly: Decimal | None
    currency: str
    formula: str
    unknown: list[str] = field(default_factory=list)


@dataclass
class Prices:
    """Of one tenant. ``ledger`` None: no bill is kept."""

    services: Services
    ledger: Ledger | None

    @cached_property
    def bill(self) -> Bill:
        """The last days of it, as far as it is kept."""
        if self.ledger is None:
            return Bill(LIST, {}, {})
        today = self.services.now().date()
        return read(self.ledger, Days(start=today - timedelta(days=BILL_DAYS), end=today))

    def billed(self, record: ResourceRecord) -> Saving | None:
        """Its mean day on the bill, as a month; None: the bill does not have it."""
        series = self.bill.resources.get(record.provider_id or "")
        if not series:
            return None
        mean = sum(series.values(), Decimal(0)) / len(series)
        formula = f"mean of {len(series)} billed days {mean:.4f} x 730 / 24"
        return Saving((mean * HOURS / 24).quantize(CENT), self.bill.currency, formula)

    def vm(self, account: ProviderAccount, record: ResourceRecord) -> Saving:
        """Compute of a running VM: what stopping it saves."""
        billed = self.billed(record)
        if billed is not None:
            return billed
        hourly = self.hourly(account, record)
        if hourly is None:
            return Saving(None, LIST, "no price is known", ["price"])
        return self.saved(hourly, Decimal(0), "commitments that cover it: no bill is kept")

    def saved(self, before: Decimal, after: Decimal, *unknown: str) -> Saving:
        """Of two hourly prices."""
        monthly = ((before - after) * HOURS).quantize(CENT)
        return Saving(monthly, LIST, f"({before} - {after}) x 730 h", list(unknown))

    def storage(self, record: ResourceRecord) -> Saving:
        """Of a disk, a snapshot or an image: by the bill alone."""
        found = self.billed(record)
        return found or Saving(None, LIST, "not on the bill yet", ["price"])

    def hourly(
        self, account: ProviderAccount, record: ResourceRecord, **changed: object
    ) -> Decimal | None:
        """On demand, by the provider's own estimate, for the VM as it is or with another size."""
        told = record.document
        given = {
            "name": "advised",
            "region": record.region,
            "vcpus": told.get("vcpus") or 1,
            "memory_mib": told.get("memory_mib") or 1024,
            "instance_type": told.get("instance_type"),
            "image": told.get("image_id") or "unknown",
        }
        spec = VmSpec.model_validate({**given, **changed})
        return _known(lambda: self.services.providers.of(account).estimate_cost(spec).hourly)


def _known(price: Callable[[], Decimal]) -> Decimal | None:
    try:
        return price()
    except NovaCronError:
        return None
