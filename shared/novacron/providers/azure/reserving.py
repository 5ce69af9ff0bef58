"""Reservations of VMs bought: monthly payments, for all sizes of a series, for our subscription.

https://learn.microsoft.com/en-us/rest/api/reserved-vm-instances/reservation-order/calculate
https://learn.microsoft.com/en-us/rest/api/reserved-vm-instances/reservation-order/purchase
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from novacron.errors import Unsupported
from novacron.models.commitment import CommitmentSpec, Quote
from novacron.providers.azure.arm import AzureArm
from novacron.providers.azure.commitments import API
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import Json
from novacron.providers.commitments import Commitments

CALCULATE = "/providers/Microsoft.Capacity/calculatePrice"
ORDERS = "/providers/Microsoft.Capacity/reservationOrders"
TERMS = {"1y": "P1Y", "3y": "P3Y"}
RESERVATION = "reservation"
"""As the catalog calls this payment."""


class AzureReserving(AzureArm, Commitments):
    @translated
    def quote_commitment(self, spec: CommitmentSpec) -> Quote:
        """Its id is that of the order to be."""
        told = self._sent("POST", CALCULATE, spec)["properties"]
        parts = told.get("paymentSchedule") or [told]
        totals = [one["pricingCurrencyTotal"] for one in parts]
        return Quote(
            id=told["reservationOrderId"],
            total=sum((Decimal(str(one["amount"])) for one in totals), Decimal(0)),
            currency=totals[0]["currencyCode"],
        )

    @translated
    def buy_commitment(self, spec: CommitmentSpec, quote: str) -> str:
        """The order's id where it names no reservation yet."""
        made = self._sent("PUT", f"{ORDERS}/{quote}", spec)
        bought = made["properties"].get("reservations") or [made]
        return str(bought[0]["id"]).rpartition("/")[2]

    def _sent(self, method: str, path: str, spec: CommitmentSpec) -> Json:
        url = f"{self.account.endpoint}{path}?api-version={API}"
        return self.arm_call(method, url, self._asked(spec))

    def _asked(self, spec: CommitmentSpec) -> Json:
        if spec.payment != RESERVATION:
            raise Unsupported(f"{spec.payment!r} is no payment of a reservation.")
        properties: dict[str, Any] = {
            "reservedResourceType": "VirtualMachines",
            "billingScopeId": self.account.root,
            "term": TERMS[spec.term],
            "billingPlan": "Monthly",
            "quantity": spec.count,
            "displayName": f"novacron-{spec.count}-{spec.instance_type}",
            "appliedScopeType": "Single",
            "appliedScopes": [self.account.root],
            "reservedResourceProperties": {"instanceFlexibility": "On"},
            "renew": False,
        }
        sku = {"name": spec.instance_type}
        return {"sku": sku, "location": self.here(spec.region), "properties": properties}
