"""The shipped rules, and a tenant's edits of them."""

from __future__ import annotations

from novacron.errors import InvalidSpec
from novacron.models.advice import Rule, RuleBook, RuleEdit, RuleEdits
from novacron.models.recommendation import RecommendationKind as Kind

DAY = 24
ADVISOR = "https://learn.microsoft.com/azure/advisor/advisor-cost-recommendations"
OPTIMIZER = "https://docs.aws.amazon.com/compute-optimizer/latest/ug/view-idle-recommendations.html"
OPTIMIZER_METRICS = (
    "https://docs.aws.amazon.com/compute-optimizer/latest/ug/rightsizing-preferences.html"
)
GOOGLE_IDLE = (
    "https://cloud.google.com/compute/docs/viewing-and-applying-idle-resources-recommendations"
)
TRUSTED_ADVISOR = "https://docs.aws.amazon.com/awssupport/latest/user/cost-optimization-checks.html"
SPOT_PAGE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html"
SCHEDULER = "https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/welcome.html"
IDLE_RESERVATION = (
    "https://cloud.google.com/compute/docs/instances/idle-reservation-recommendations-overview"
)
RENEW_PAGE = (
    "https://learn.microsoft.com/en-us/azure/cost-management-billing/reservations/reservation-renew"
)
COMMIT_PAGE = "https://cloud.google.com/compute/docs/instances/signing-up-committed-use-discounts"
EGRESS_PAGE = "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer"

SHIPPED: tuple[Rule, ...] = (
    Rule(
        kind=Kind.IDLE_VM,
        signal="P95 of the hours' peak CPU, of network and of disk over the window; busy hours "
        "over all that is known (at most 35 days)",
        window_hours=14 * DAY,
        thresholds={
            "cpu_percent": 5,
            "network_bytes_per_second": 3000,
            "disk_bytes_per_second": 50_000,
            "min_hours": 5 * DAY,
            "busy_cpu_percent": 15,
            "busy_hours": 4,
        },
        formula="what the VM was billed, or its on-demand price, x 730 hours; disks go on billing",
        confidence="high after 33 days with network known; medium after 14; low where only a mean "
        "since the start or no network is told",
        undo="vm.start",
        reference=OPTIMIZER,
        departs="CPU as there (peak below 5%). Network is a rate as at Google (2,000 B/s in and "
        "1,000 B/s out) and not 5 MB a day. Disk and busy hours are ours: a batch that runs once "
        "a month is outside a window of 14 days. Data of 5 days as at Google.",
    ),
    Rule(
        kind=Kind.STOPPED_VM,
        signal="stopped, by its state history",
        window_hours=30 * DAY,
        thresholds={},
        formula="what its disks and addresses are billed x 730 hours",
        confidence="high: the state is the provider's",
        undo="none: a deleted VM does not come back, which is why a person does it",
        reference=TRUSTED_ADVISOR,
        departs="as its check of EC2 instances stopped for 30 days, on every provider",
    ),
    Rule(
        kind=Kind.UNATTACHED_VOLUME,
        signal="not attached, by its state history",
        window_hours=15 * DAY,
        thresholds={},
        formula="what the volume is billed x 730 hours, without the snapshot that is kept",
        confidence="high: the attachment is the provider's",
        undo="volume.create from the snapshot that was taken before it was deleted",
        reference=GOOGLE_IDLE,
        departs="15 days as there (32 at AWS); a snapshot is always taken first",
    ),
    Rule(
        kind=Kind.UNUSED_ADDRESS,
        signal="attached to nothing at every hourly look since it was first seen so",
        window_hours=15 * DAY,
        thresholds={"min_looks": 10 * DAY},
        formula="list price of a public address x 730 hours",
        confidence="high: the attachment is the provider's; use between two looks is not seen",
        undo="none: the next to ask for an address may get it",
        reference=GOOGLE_IDLE,
        departs="15 days as there, from our first look on, as no provider tells since when an "
        "address is attached to nothing",
    ),
    Rule(
        kind=Kind.EMPTY_LOAD_BALANCER,
        signal="no registered target at any hourly look since it was first seen so",
        window_hours=7 * DAY,
        thresholds={"min_looks": 5 * DAY},
        formula="what the load balancer is billed x 730 hours; unknown where the bill has it not",
        confidence="high: its targets are the provider's; one between two looks is not seen",
        undo="none: a person deletes it, and one that is made again has another address or name",
        reference=TRUSTED_ADVISOR,
        departs="7 days as there, but no targets and not few requests: that needs metrics of each. "
        "One that answers by a redirect, a page or a bucket of its own is left out.",
    ),
    Rule(
        kind=Kind.UNUSED_RESERVATION,
        signal="no VM on reserved capacity at any hourly look since it was first seen so",
        window_hours=7 * DAY,
        thresholds={"min_looks": 5 * DAY},
        formula="on-demand price of the type x count x 730 hours; commitments may cover it",
        confidence="high: the count is the provider's; use between two looks is not seen",
        undo="none: a person ends it, and the room may not be had again",
        reference=IDLE_RESERVATION,
        departs="7 days as there, on AWS and Azure too",
    ),
    Rule(
        kind=Kind.OLD_SNAPSHOT,
        signal="age; its volume is gone",
        window_hours=90 * DAY,
        thresholds={},
        formula="what the snapshot is billed x 730 hours",
        confidence="low: only its owner knows whether it is a backup",
        undo="none",
        reference=GOOGLE_IDLE,
        departs="no cloud calls a snapshot old by its age; a snapshot of a volume that is there "
        "is left alone",
        grace_hours=14 * DAY,
    ),
    Rule(
        kind=Kind.OLD_IMAGE,
        signal="age; no VM here was made from it",
        window_hours=90 * DAY,
        thresholds={},
        formula="what the image is billed x 730 hours",
        confidence="low: templates and other accounts that use it cannot be seen",
        undo="none",
        reference=GOOGLE_IDLE,
        departs="90 days and not 15, as use outside of our inventory cannot be seen",
        grace_hours=14 * DAY,
    ),
    Rule(
        kind=Kind.RIGHT_SIZE,
        signal="P99 of CPU and memory, P99 of network and disk, of histograms that halve the "
        "weight of what is a week older",
        window_hours=14 * DAY,
        thresholds={
            "cpu_percentile": 99,
            "memory_percentile": 99,
            "headroom_percent": 20,
            "min_hours": 5 * DAY,
            "min_saving_percent": 10,
            "network_bytes_per_second": 12_500_000,
            "disk_bytes_per_second": 30_000_000,
        },
        formula="(price of the type - price of the smaller one) x 730 hours",
        confidence="medium; high after 33 days with memory known; low without memory",
        undo="vm.resize to the type that it had",
        reference=OPTIMIZER_METRICS,
        departs="20% headroom as there; P99 of points of 5 minutes and not P99.5, with the decay. "
        "A VM that moves more bytes than the thresholds is left alone: a smaller type has less "
        "bandwidth, and the catalog does not say how much.",
    ),
    Rule(
        kind=Kind.POWER_SCHEDULE,
        signal="hours of the week in which CPU and network were idle in every week known",
        window_hours=21 * DAY,
        thresholds={
            "cpu_percent": 10,
            "network_bytes_per_second": 20_000,
            "min_hours": 14 * DAY,
            "min_off_hours_per_week": 48,
            "margin_hours": 1,
        },
        formula="hourly price x hours that are off a week x 730 / 168",
        confidence="medium",
        undo="the schedule is removed and the VM started",
        reference=SCHEDULER,
        departs="the schedule is found from use; there it is written by hand",
        tags=["env=dev", "env=test", "env=staging", "env=demo"],
    ),
    Rule(
        kind=Kind.SPOT,
        signal="tags that say it can be interrupted; no disk but the root; spot prices of the "
        "window and interruptions of types of the same size, as the provider tells them",
        window_hours=30 * DAY,
        thresholds={
            "min_saving_percent": 20,
            "max_swing_percent": 25,
            "max_month_percent": 10,
            "max_hour_percent": 5,
            "max_stops_percent": 30,
        },
        formula="(on-demand price - mean by time of the types' spot prices) x 730 hours; where "
        "none are told, with the catalog's spot price",
        confidence="medium where prices and interruptions are told; else low",
        undo="make it anew on demand",
        reference=SPOT_PAGE,
        departs="whether it can be interrupted is what the owner's tags say. Limits are ours: "
        "price is highest - lowest of the window, of the price on demand; interruptions are of a "
        "month's VMs (AWS), of VMs in an hour (Azure: its lowest band), of VMs that stopped "
        "(Google). What is not told does not speak against a type.",
        tags=["interruptible=true", "role=batch", "role=worker", "role=ci"],
        every_hours=DAY,
    ),
    Rule(
        kind=Kind.RELOCATE,
        signal="price of the cheapest type of the same size on each of the tenant's accounts",
        window_hours=0,
        thresholds={"min_saving_percent": 25, "max_payback_months": 6},
        formula="(price here - price there) x 730 hours; egress of all disks once, paid back in "
        "egress / saving months",
        confidence="low: compute and egress alone; disks, licences and people's work are not in it",
        undo="move it back",
        reference=EGRESS_PAGE,
        departs="no cloud advises to leave it",
    ),
    Rule(
        kind=Kind.COMMIT,
        signal="units that ran in each hour of the window, by the state history; a unit is the "
        "smallest type of a family",
        window_hours=30 * DAY,
        thresholds={"max_term_years": 1, "tranches": 3, "tranche_months": 1, "min_saving": 1},
        formula="(on demand - commitment - what it leaves on demand) over the window x 730 / hours "
        "of the window, beyond what is held",
        confidence="medium: the hours are exact, but the next year is not this month",
        undo="none: a commitment is paid for until it ends",
        reference=COMMIT_PAGE,
        departs="the exact optimum for each pool, with the regret if demand falls, and in steps. "
        "A type without a commitment price in the catalog is not advised on: AWS and Azure have "
        "them after a refresh of prices. What is paid ahead is told by the hour, without interest.",
        every_hours=DAY,
    ),
    Rule(
        kind=Kind.EXPIRING_COMMITMENT,
        signal="the end of a commitment, as the provider tells it",
        window_hours=0,
        thresholds={"days": 60, "min_looks": 1},
        formula="list cost - effective cost of what it pays for, unused parts included, on the "
        "bill since the month began, as a month",
        confidence="high: the end is in the contract",
        undo="none: nothing is done",
        reference=RENEW_PAGE,
        departs="Azure reminds 30 days before; buying anew takes people longer. One that renews "
        "itself is told of too: it is the last day to change it.",
        grace_hours=0,
    ),
)

NOT_LOOKED_FOR = {
    f"{Kind.EMPTY_LOAD_BALANCER.value} of aws": "Of Classic Load Balancers, which have an API of "
    "their own. All others are looked for.",
}


def rule_book(edits: RuleEdits) -> RuleBook:
    """The rules that hold for a tenant. Raises InvalidSpec: there is no such threshold."""
    return RuleBook(
        rules=[_edited(rule, edits.rules.get(rule.kind, RuleEdit())) for rule in SHIPPED],
        excluded_tags=edits.excluded_tags,
        holidays=edits.holidays,
        held=edits.held,
        not_looked_for=NOT_LOOKED_FOR,
    )


def _edited(rule: Rule, edit: RuleEdit) -> Rule:
    for name in edit.thresholds.keys() - rule.thresholds.keys():
        raise InvalidSpec(
            f"{rule.kind.value} has no threshold {name!r}.",
            field=f"rules.{rule.kind.value}.thresholds.{name}",
            remedy=f"It has {', '.join(rule.thresholds) or 'none'}.",
        )
    given = edit.model_dump(exclude_none=True, exclude={"thresholds"})
    return rule.model_copy(update={**given, "thresholds": {**rule.thresholds, **edit.thresholds}})


def carries(tags: dict[str, str], patterns: list[str]) -> bool:
    """Whether ``tags`` have one that a pattern names."""
    return any(
        tags.get(key) == value if equals else key in tags
        for key, equals, value in (pattern.partition("=") for pattern in patterns)
    )
