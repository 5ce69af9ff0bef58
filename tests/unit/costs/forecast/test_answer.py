"""From a ledger's days to the end of the month, quarter and year."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from novacron.costs.forecast.answer import forecast
from novacron.costs.forecast.asking import question
from novacron.costs.forecast.calendar import period
from novacron.errors import InvalidSpec
from novacron.models.cost import CostMetric
from novacron.models.forecast import ForecastAnswer, ForecastQuestion, PlannedChange, Until
from tests.ledgers import Books, Spent

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def books(days: int, daily: str = "10", weekend: str = "10") -> Books:
    """So many days up to yesterday; prices of working days and of weekends."""
    first = TODAY - days * DAY
    every = [first + n * DAY for n in range(days)]
    amounts = [Decimal(weekend if day.weekday() > 4 else daily) for day in every]
    rows = [Spent(day, amount) for day, amount in zip(every, amounts, strict=True)]
    return Books(rows, through=TODAY - DAY)


def told(ledger: Books, **asked: object) -> ForecastAnswer:
    return forecast(ledger, ForecastQuestion.model_validate(asked), TODAY)


def test_a_steady_cost_goes_on_and_what_was_spent_is_exact() -> None:
    [group] = told(books(100, daily="10.123456"), until="year").groups
    month, quarter, year = group.periods
    assert month.actual == Decimal("10.123456") * 14 + Decimal(10) * 5
    assert [one.period for one in group.periods] == list(Until)
    assert (quarter.start, quarter.end, year.end) == (date(2026, 10, 1), year.end, date(2027, 1, 1))
    assert month.amount == pytest.approx(Decimal("302.5"), abs=Decimal(1))
    assert len(group.points) == 42
    assert group.note == ""


def test_weeks_have_a_pattern_and_bands_hold_it() -> None:
    [group] = told(books(100, daily="100", weekend="20")).groups
    for point in group.points:
        expected = 20 if point.day.weekday() > 4 else 100
        assert point.amount == pytest.approx(Decimal(expected), rel=Decimal("0.05"))
        assert point.band_80
        assert point.band_95
        assert point.band_95.low <= point.band_80.low <= point.amount
        assert point.amount <= point.band_80.high <= point.band_95.high


def test_planned_changes_begin_and_end_on_their_day() -> None:
    ledger = books(100)
    stop = PlannedChange(start=date(2026, 11, 25), daily=Decimal(-10), reason="vm-1 stops")
    extra = PlannedChange(start=date(2026, 11, 22), end=date(2026, 11, 24), daily=Decimal(5))
    elsewhere = PlannedChange(start=TODAY, daily=Decimal(99), key={"service": "Disks"})
    plain = told(ledger).groups[0]
    changed = told(ledger, changes=[stop, extra, elsewhere]).groups[0]
    differences = {
        new.day.day: new.amount - old.amount
        for old, new in zip(plain.points, changed.points, strict=True)
    }
    assert differences == {day: Decimal(0) for day in (20, 21, 24)} | {22: 5, 23: 5} | {
        day: Decimal(-10) for day in range(25, 31)
    }
    assert changed.periods[0].amount == plain.periods[0].amount + 10 - 60


@pytest.mark.parametrize("days", [1, 2])
def test_too_few_days_give_no_bands_and_say_so(days: int) -> None:
    [group] = told(books(days)).groups
    assert "no bands" in group.note
    assert group.points[0].amount == 10
    assert group.periods[0].band_95 is None


def test_fewer_days_give_wider_bands() -> None:
    def width(days: int) -> Decimal:
        ledger = books(days)
        noisy = [
            Spent(one.day, one.amount + (one.day.toordinal() * 7919 % 11)) for one in ledger.rows
        ]
        band = told(Books(noisy, ledger.through)).groups[0].periods[0].band_95
        assert band
        return band.high - band.low

    assert width(10) > width(40) > width(300)
    assert "Only 10 days" in told(books(10)).groups[0].note


def test_what_ended_is_not_carried_on() -> None:
    ledger = books(100)
    ledger.rows = [one for one in ledger.rows if one.day < TODAY - 10 * DAY]
    [group] = told(ledger).groups
    assert {point.amount for point in group.points} == {Decimal(0)}
    assert group.periods[0].amount == group.periods[0].actual == Decimal(90)


def test_days_that_bills_have_not_reached_are_forecast() -> None:
    ledger = books(100)
    ledger.through = TODAY - 4 * DAY
    answer = told(ledger)
    assert answer.through == date(2026, 11, 16)
    assert answer.groups[0].points[0].day == date(2026, 11, 17)
    assert answer.groups[0].periods[0].actual == 160


def test_costs_are_never_forecast_below_nothing_unless_they_were() -> None:
    ledger = books(60)
    for index, one in enumerate(ledger.rows):
        ledger.rows[index] = Spent(one.day, Decimal(60 - index) if index < 58 else Decimal(1))
    band = told(ledger, until="year").groups[0].points[-1].band_95
    assert band
    assert band.low == 0
    ledger.rows[10] = Spent(ledger.rows[10].day, Decimal(-500))
    band = told(ledger, until="year").groups[0].points[-1].band_95
    assert band
    assert band.low < 0


def test_groups_are_forecast_each_for_itself() -> None:
    ledger = books(50)
    ledger.rows += [Spent(one.day, Decimal(3), service="Disks") for one in ledger.rows]
    disks, vms = told(ledger, group_by=["service"]).groups
    assert (disks.key, vms.key) == ({"service": "Disks"}, {"service": "VMs"})
    assert disks.points[0].amount == pytest.approx(3)
    assert vms.points[0].amount == pytest.approx(10)


def test_periods_of_the_calendar() -> None:
    assert period(Until.MONTH, date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))
    assert period(Until.QUARTER, date(2026, 5, 7)) == (date(2026, 4, 1), date(2026, 7, 1))
    assert period(Until.YEAR, date(2026, 1, 1)) == (date(2026, 1, 1), date(2027, 1, 1))


def test_a_url_asks() -> None:
    asked = question(
        Until.YEAR,
        CostMetric.BILLED,
        ["service"],
        ["provider=aws", "provider=gcp", "tag:env=prod"],
        5,
        ["2027-01-01,12.5", "2027-02-01,-3,2027-03-01,service=VMs"],
    )
    assert asked.filters == {"provider": ["aws", "gcp"], "tag:env": ["prod"]}
    first, second = asked.changes
    assert (first.start, first.daily, first.end, first.key) == (
        date(2027, 1, 1),
        Decimal("12.5"),
        None,
        {},
    )
    assert (second.end, second.key) == (date(2027, 3, 1), {"service": "VMs"})


@pytest.mark.parametrize(
    ("where", "change", "field"),
    [
        (["provider"], [], "filter"),
        (["colour=red"], [], "filter"),
        ([], ["2027-01-01"], "change"),
        ([], ["soon,1"], "change"),
        ([], ["2027-01-01,1,2026-01-01"], "change"),
        ([], ["2027-01-01,1,,VMs"], "change"),
    ],
)
def test_what_cannot_be_read_names_its_parameter(
    where: list[str], change: list[str], field: str
) -> None:
    with pytest.raises(InvalidSpec) as refused:
        question(Until.YEAR, CostMetric.BILLED, [], where, 5, change)
    assert refused.value.field == field
