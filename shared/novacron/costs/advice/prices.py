"""What a resource costs a month: by the bill where there is one, by its price where not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from novacron.costs.advice.bill import Bill, read
from novacron.costs.estimate import amount_line, volume_lines
from novacron.costs.ledger import Ledger
from novacron.errors import NovaCronError
from novacron.migration.assess.sizes import CATALOGUED
from novacron.models.account import CostEstimate
from novacron.models.cost import Days
from novacron.models.estimate import Amount, EstimateLine
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.price import PriceKind
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.models.volume import VolumeSpec
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
        return self._billed(record.provider_id or "")

    def on_bill(self, name: str) -> Saving:
        """Of what has no list price here."""
        unknown = Saving(None, LIST, "not on the bill, and no price is known", ["price"])
        return self._billed(name) or unknown

    def _billed(self, name: str) -> Saving | None:
        series = self.bill.resources.get(name)
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
        price = self.price(account, record)
        if price is None:
            return Saving(None, LIST, "no price is known", ["price"])
        unknown = "commitments that cover it: no bill has it"
        return saved(price.hourly, Decimal(0), price.currency, unknown)

    def storage(self, account: ProviderAccount, record: ResourceRecord) -> Saving:
        """Of a disk, a snapshot or an image."""
        billed = self.billed(record)
        if billed is not None:
            return billed
        lines = self._listed(account, record)
        known = [one.monthly for one in lines if one.monthly is not None]
        if not lines or len(known) < len(lines):
            return Saving(None, LIST, "not on the bill, and no price is known", ["price"])
        formula = " + ".join(f"{one.quantity} {one.unit.value} x {one.price}" for one in lines)
        return Saving(sum(known, Decimal(0)).quantize(CENT), LIST, formula)

    def _listed(self, account: ProviderAccount, record: ResourceRecord) -> list[EstimateLine]:
        """At the catalog's price; of a snapshot at its volume's size, which is the most that it
        holds. [] where nothing lists it."""
        size, today = record.document.get("size_gib"), self.services.now().date()
        if account.type not in CATALOGUED or not size:
            return []
        if record.kind is ResourceKind.VOLUME:
            told = {"name": "advised", "region": record.region, "size_gib": size}
            told["volume_class"] = record.document.get("volume_class") or "balanced"
            return volume_lines(account.type, VolumeSpec.model_validate(told), today)
        if record.kind is ResourceKind.SNAPSHOT:
            amount = Amount(region=record.region, quantity=Decimal(size))
            return [amount_line(account.type, PriceKind.SNAPSHOT, "standard", amount, today)]
        return []

    def hourly(
        self, account: ProviderAccount, record: ResourceRecord, **changed: object
    ) -> Decimal | None:
        price = self.price(account, record, **changed)
        return None if price is None else price.hourly

    def price(
        self, account: ProviderAccount, record: ResourceRecord, **changed: object
    ) -> CostEstimate | None:
        """Of compute, by the provider's own estimate, for the VM as it is or with another size."""
        told = record.document
        given = {
            "name": "advised",
            "region": record.region,
            "vcpus": told.get("vcpus") or 1,
            "memory_mib": told.get("memory_mib") or 1024,
            "instance_type": told.get("instance_type"),
            "image": told.get("image_id") or "unknown",
            "spot": bool(told.get("spot")),
        }
        spec = VmSpec.model_validate({**given, **changed})
        try:
            return self.services.providers.of(account).estimate_cost(spec)
        except NovaCronError:
            return None


def saved(before: Decimal, after: Decimal, currency: str, *unknown: str) -> Saving:
    """Of two hourly prices."""
    monthly = ((before - after) * HOURS).quantize(CENT)
    return Saving(monthly, currency, f"({before} - {after}) x 730 h", list(unknown))
