"""Reserved instances of EC2's price list: an offering is a line by the hour, and one of what is
paid when it is bought, unless nothing is.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-payment-options.html

Standard ones alone: a convertible one costs more for the same term and payment, so that the advice,
which takes the cheapest, would never choose it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from novacron.catalog.refresh.aws_files import Row, number
from novacron.catalog.refresh.refresh import Priced
from novacron.models.price import PriceKind, Unit

HOURLY, UPFRONT = "Hrs", "Quantity"
"""The unit of each half."""
TERMS: Mapping[str, tuple[str, int]] = {"1yr": ("1y", 8760), "3yr": ("3y", 26280)}
"""With the hours that an upfront fee is spread over."""
PAYMENTS: Mapping[str, tuple[str, set[str]]] = {
    "No Upfront": ("no-upfront", {HOURLY}),
    "Partial Upfront": ("partial-upfront", {HOURLY, UPFRONT}),
    "All Upfront": ("all-upfront", {HOURLY, UPFRONT}),
}
"""With the halves that there must be: without one the price would be a part of it."""
_OFFERING = ("SKU", "OfferTermCode", "Instance Type", "LeaseContractLength", "PurchaseOption")
NEEDED = {*_OFFERING, "OfferingClass", "Unit", "PricePerUnit"}


class Offerings:
    """Of one region, put together from lines in any order."""

    def __init__(self) -> None:
        self._halves: dict[tuple[str, ...], dict[str, Decimal]] = {}

    def add(self, row: Row) -> None:
        """Raises ProviderUnavailable: the price is no number."""
        sold = row["LeaseContractLength"] in TERMS and row["PurchaseOption"] in PAYMENTS
        if sold and row["OfferingClass"] == "standard" and row["Unit"] in (HOURLY, UPFRONT):
            offering = tuple(row[name] for name in _OFFERING)
            self._halves.setdefault(offering, {})[row["Unit"]] = number(row)

    def prices(self, region: str) -> Iterator[Priced]:
        """By the hour over the whole term, of the offerings that are whole."""
        for (_, _, name, lease, option), halves in self._halves.items():
            (term, hours), (payment, needed) = TERMS[lease], PAYMENTS[option]
            if halves.keys() >= needed:
                price = halves[HOURLY] + halves.get(UPFRONT, Decimal(0)) / hours
                each = price.quantize(Decimal("1e-8"))
                yield Priced(PriceKind.COMMITMENT, region, name, Unit.HOUR, each, 0, term, payment)
