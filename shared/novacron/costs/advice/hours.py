"""Power schedules: whether one is on, how it is written in a tag, what a VM's use says of it."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from novacron.costs.advice.usage import at_hour
from novacron.errors import InvalidSpec
from novacron.models.power import PowerSchedule
from novacron.models.usage import VmUsage

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TAG = "power"
"""``power=mon-fri 08:00-18:30 Europe/Paris``; the zone may be left out. Tags that begin with
``novacron:`` are our own, and no one else can set them."""
_TEXT = re.compile(
    r"(?P<first>[a-z]{3})(-(?P<last>[a-z]{3}))? "
    r"(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)( (?P<zone>[A-Za-z0-9_+/-]+))?"
)
WEEK = 168


def is_on(schedule: PowerSchedule, at: datetime) -> bool:
    """In the schedule's own zone, whatever its clocks do."""
    local = at.astimezone(ZoneInfo(schedule.timezone))
    minute = local.hour * 60 + local.minute
    if local.date() in schedule.holidays or local.weekday() not in schedule.days:
        return False
    return schedule.start <= minute < schedule.end


def parse(text: str) -> PowerSchedule:
    """Raises InvalidSpec."""
    found = _TEXT.fullmatch(text.strip())
    if found is None or found["first"] not in NAMES or (found["last"] or "mon") not in NAMES:
        raise _wrong(text)
    first = NAMES.index(found["first"])
    last = NAMES.index(found["last"] or found["first"])
    days = [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    try:
        return PowerSchedule(
            timezone=found["zone"] or "UTC",
            days=days,
            start=_minutes(found["start"]),
            end=_minutes(found["end"]),
        )
    except ValidationError as error:
        raise _wrong(text) from error


def shown(schedule: PowerSchedule) -> str:
    days = ", ".join(NAMES[day] for day in schedule.days)
    times = "-".join(f"{one // 60:02}:{one % 60:02}" for one in (schedule.start, schedule.end))
    return f"{days} {times} {schedule.timezone}"


def off_hours(schedule: PowerSchedule) -> float:
    """Of a week without holidays."""
    return WEEK - len(schedule.days) * (schedule.end - schedule.start) / 60


def from_use(
    usage: VmUsage, zone: str, cpu: float, network: float, margin: int, holidays: list[date]
) -> PowerSchedule | None:
    """The smallest schedule in which every busy hour of every known week lies, ``margin`` hours
    wider at both ends; None: it is never busy, or around the clock."""
    busy: dict[int, set[int]] = defaultdict(set)
    for hour in usage.hours:
        local = at_hour(hour.hour).astimezone(ZoneInfo(zone))
        if local.date() in holidays:
            continue
        if hour.cpu_max > cpu or (hour.network or 0) > network:
            busy[local.weekday()].add(local.hour)
    if not busy:
        return None
    start = max(0, min(min(hours) for hours in busy.values()) - margin)
    end = min(24, max(max(hours) for hours in busy.values()) + 1 + margin)
    return PowerSchedule(
        timezone=zone,
        days=sorted(busy),
        start=start * 60,
        end=end * 60,
        holidays=sorted(holidays),
    )


def weeks(usage: VmUsage) -> float:
    """How long it has been looked at, stopped or not."""
    if not usage.hours:
        return 0.0
    return timedelta(hours=usage.hours[-1].hour - usage.hours[0].hour + 1) / timedelta(weeks=1)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    if int(minutes) > 59:
        raise _wrong(text)
    return int(hours) * 60 + int(minutes)


def _wrong(text: str) -> InvalidSpec:
    return InvalidSpec(
        f"{text!r} is no power schedule.",
        field=f"tags.{TAG}",
        remedy="Write it as: mon-fri 08:00-18:30 Europe/Paris",
    )
