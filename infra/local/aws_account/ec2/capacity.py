"""On-Demand Capacity Reservations, which moto has none of: open ones of plain Linux instances.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservation-overview.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPES

from .base import refuse
from .paging import Paging

_LINUX = "Linux/UNIX"
_FILTERS = {"owner-id": "OwnerId", "state": "State", "instance-type": "InstanceType"}


class Reservation(dict[str, Any]):
    """As EC2 shows it."""

    @property
    def id(self) -> str:
        return str(self["CapacityReservationId"])


class Capacity(Paging):
    def create_capacity_reservation(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCapacityReservation.html"""
        kind, zone = self._get_param("InstanceType"), self._get_param("AvailabilityZone")
        if self._get_param("InstancePlatform") != _LINUX:
            raise refuse("InvalidParameterValue", f"Only {_LINUX} is reserved here.")
        if zone not in {one.name for one in self.ec2_backend.describe_availability_zones()}:
            raise refuse("InvalidAvailabilityZone", f"Invalid availability zone: [{zone}]")
        if kind not in INSTANCE_TYPES:
            raise refuse("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
        count = int(self._get_param("InstanceCount") or 0)
        if not 1 <= count <= 1000:
            raise refuse("InvalidParameterValue", "InstanceCount must be from 1 to 1000.")
        made = Reservation(
            CapacityReservationId=f"cr-{token_hex(9)[:17]}",
            OwnerId=self.current_account,
            InstanceType=kind,
            InstancePlatform=_LINUX,
            AvailabilityZone=zone,
            Tenancy="default",
            TotalInstanceCount=count,
            State="active",
            EndDateType="unlimited",
            InstanceMatchCriteria="open",
            ReservationType="default",
            CreateDate=datetime.fromtimestamp(self.account.clock.now(), UTC),
        )
        self._kept().append(made)
        return ActionResult({"CapacityReservation": self._shown()[-1]})

    def describe_capacity_reservations(self) -> ActionResult:
        filters = self._filters_from_querystring()
        if unknown := filters.keys() - _FILTERS.keys():
            raise refuse("InvalidParameterValue", f"The filter {min(unknown)!r} is not kept here.")
        found = [
            one
            for one in self._shown()
            if all(one[_FILTERS[name]] in values for name, values in filters.items())
        ]
        page, token = self.page(found, False, least=1)
        return ActionResult({"CapacityReservations": page, "NextToken": token})

    def _kept(self) -> list[Reservation]:
        """Of the region; kept with the rest of it."""
        backend = self.ec2_backend
        if not hasattr(backend, "local_capacity"):
            backend.local_capacity = []
        kept: list[Reservation] = backend.local_capacity
        return kept

    def _shown(self) -> list[Reservation]:
        """Instances that match run in open ones, also those that ran before:
        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-using.html"""
        running = [one for one in self.ec2_backend.all_instances() if one.state == "running"]
        waiting = [(one.instance_type, one.placement.zone) for one in running if not one.platform]
        shown = []
        for one in self._kept():
            place = (one["InstanceType"], one["AvailabilityZone"])
            used = min(waiting.count(place), one["TotalInstanceCount"])
            for _ in range(used):
                waiting.remove(place)
            shown.append(Reservation(one, AvailableInstanceCount=one["TotalInstanceCount"] - used))
        return shown
