"""When a VM is to run: hours of the week in a time zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from novacron.models.base import Model


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


class PowerSchedule(Model):
    """On from ``start`` up to ``end`` (minutes of the local day) on ``days`` (0 is Monday), but
    not on ``holidays``; off otherwise."""

    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1, max_length=7)
    start: int = Field(ge=0, le=1439)
    end: int = Field(ge=1, le=1440)
    holidays: list[date] = Field(default=[], max_length=366)

    @model_validator(mode="after")
    def _in_order(self) -> PowerSchedule:
        if self.end <= self.start:
            raise ValueError("end must be after start")
        return self


class PowerRecord(Model):
    """A schedule that is kept on a VM. ``wanted``: what was asked of the VM last, so that a start
    by hand is respected until the schedule's next change; ``tagged``: it comes from the VM's tag.
    """

    tenant: str
    vm_id: str
    schedule: PowerSchedule
    tagged: bool = False
    wanted: bool | None = None
    changed_at: datetime | None = None
