"""Reserved Instances, of which moto has the offerings alone: each is of a year.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-reserved-instances.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult

from .base import LocalBase, refuse

_ASKED = ("InstanceTenancy", "OfferingClass", "OfferingType")
_FILTERS = {"state": "State", "instance-type": "InstanceType", "scope": "Scope"}


class ReservedInstances(LocalBase):
    def describe_reserved_instances_offerings(self) -> ActionResult:
        """moto tells what is paid by the hour as a price of use, which is that of the oldest
        offerings: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReservedInstancesOffering.html"""
        filters = self._filters_from_querystring()
        found = [
            one | {"UsagePrice": 0.0, "RecurringCharges": _recurring(one["UsagePrice"])}
            for one in self.ec2_backend.describe_reserved_instances_offerings(filters)
            if self._fits(one)
        ]
        return ActionResult({"ReservedInstancesOfferings": found})

    def _fits(self, offer: dict[str, Any]) -> bool:
        asked = {name: self._get_param(name) for name in _ASKED}
        least, most = (self._get_int_param(f"{end}Duration") for end in ("Min", "Max"))
        return all(value in (None, offer[name]) for name, value in asked.items()) and (
            least or 0
        ) <= offer["Duration"] <= (most or offer["Duration"])

    def purchase_reserved_instances_offering(self) -> ActionResult:  # type: ignore[override]
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PurchaseReservedInstancesOffering.html"""
        wanted = self._get_param("ReservedInstancesOfferingId")
        count = int(self._get_param("InstanceCount") or 0)
        offers = self.ec2_backend.describe_reserved_instances_offerings({})
        found = [one for one in offers if one["ReservedInstancesOfferingId"] == wanted]
        if not found or count < 1:
            raise refuse("InvalidParameterValue", f"Invalid value '{wanted}' or '{count}'.")
        start = datetime.fromtimestamp(self.account.clock.now(), UTC)
        bought: dict[str, Any] = {
            "ReservedInstancesId": str(uuid4()),
            "InstanceType": found[0]["InstanceType"],
            "InstanceCount": count,
            "ProductDescription": found[0]["ProductDescription"],
            "OfferingType": found[0]["OfferingType"],
            "OfferingClass": "standard",
            **_scope(found[0]["AvailabilityZone"]),
            "InstanceTenancy": "default",
            "Duration": found[0]["Duration"],
            "Start": start,
            "End": start + timedelta(seconds=found[0]["Duration"]),
            "State": "active",
        }
        self._kept_reserved().append(bought)
        return ActionResult({"ReservedInstancesId": bought["ReservedInstancesId"]})

    def describe_reserved_instances(self) -> ActionResult:  # type: ignore[override]
        """All at once: the API has no pages."""
        filters = self._filters_from_querystring()
        if unknown := filters.keys() - _FILTERS.keys():
            raise refuse("InvalidParameterValue", f"The filter {min(unknown)!r} is not kept here.")
        now = datetime.fromtimestamp(self.account.clock.now(), UTC)
        held = [
            one | {"State": "active" if one["End"] > now else "retired"}
            for one in self._kept_reserved()
        ]
        found = [
            one
            for one in held
            if all(one[_FILTERS[name]] in values for name, values in filters.items())
        ]
        return ActionResult({"ReservedInstances": found})

    def _kept_reserved(self) -> list[dict[str, Any]]:
        """Of the region; kept with the rest of it."""
        backend = self.ec2_backend
        if not hasattr(backend, "local_reserved"):
            backend.local_reserved = []
        kept: list[dict[str, Any]] = backend.local_reserved
        return kept


def _recurring(hourly: float) -> list[dict[str, Any]]:
    return [{"Frequency": "Hourly", "Amount": hourly}] if hourly else []


def _scope(zone: str | None) -> dict[str, str]:
    return {"Scope": "Availability Zone", "AvailabilityZone": zone} if zone else {"Scope": "Region"}
