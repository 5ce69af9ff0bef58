"""VMs that nobody uses at night or on Sundays, and that their owners' tags let us switch off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from novacron.costs.advice.finding import Finding, Scene, points
from novacron.costs.advice.hours import TAG, WEEK, from_use, off_hours, shown, weeks
from novacron.costs.advice.prices import CENT, LIST, Saving
from novacron.costs.advice.schedule import OPERATION
from novacron.models.advice import Rule
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.power import PowerSchedule
from novacron.models.recommendation import Action, Confidence, Evidence
from novacron.models.usage import VmUsage
from novacron.store.power import PowerStore

ZONE_TAG = "timezone"


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    kept = PowerStore(scene.services.store.table)
    for record in scene.records(ResourceKind.VM, rule):
        usage, tags = scene.usages.get(record.id), record.document.get("tags", {})
        if usage is None or TAG in tags or kept.get(scene.tenant, record.id):
            continue
        schedule = advised(usage, rule, tags.get(ZONE_TAG, "UTC"), scene.book.holidays)
        if schedule is not None:
            yield _finding(scene, rule, record, usage, schedule)


def advised(usage: VmUsage, rule: Rule, zone: str, holidays: list[date]) -> PowerSchedule | None:
    """None: too little is known of it, or it is on most of the week."""
    most = rule.thresholds
    if usage.means_only or weeks(usage) * WEEK < most["min_hours"]:
        return None
    schedule = from_use(
        usage,
        zone,
        most["cpu_percent"],
        most["network_bytes_per_second"],
        int(most["margin_hours"]),
        holidays,
    )
    if schedule is None or off_hours(schedule) < most["min_off_hours_per_week"]:
        return None
    return schedule


def _finding(
    scene: Scene, rule: Rule, record: ResourceRecord, usage: VmUsage, schedule: PowerSchedule
) -> Finding:
    hours = usage.hours[-rule.window_hours :]
    return Finding(
        record=record,
        title=f"{record.name} is used {shown(schedule)} alone",
        detail="Start and stop it by this schedule. Who starts it by hand in between keeps it "
        "until the schedule's next change.",
        saving=_saving(scene, record, schedule),
        confidence=Confidence.MEDIUM,
        risk="What runs at night once in a while does not run; a public address may change.",
        unknown=[] if usage.network is not None else ["network"],
        evidence=[
            Evidence(
                signal="hours off a week",
                window_hours=rule.window_hours,
                observed=round(off_hours(schedule), 1),
                threshold=rule.thresholds["min_off_hours_per_week"],
                unit="hours",
                points=points(hours, [hour.cpu_max for hour in hours]),
            )
        ],
        apply=Action(
            operation=OPERATION, resource_id=record.id, body=schedule.model_dump(mode="json")
        ),
        revert=Action(operation=OPERATION, resource_id=record.id),
    )


def _saving(scene: Scene, record: ResourceRecord, schedule: PowerSchedule) -> Saving:
    price = scene.prices.price(scene.accounts[record.account_id], record)
    off = Decimal(str(round(off_hours(schedule), 2)))
    if price is None:
        return Saving(None, LIST, "no price is known", ["price"])
    monthly = (price.hourly * off * 730 / WEEK).quantize(CENT)
    formula = f"{price.hourly} x {off} hours off a week x 730 / {WEEK}"
    return Saving(monthly, price.currency, formula, ["commitments that cover it"])
