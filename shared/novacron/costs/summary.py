"""What was found since the last digest: the sums, and the largest, for a program and a person.

Amounts are compared as they are, whatever their currency, as in the list of advice: nothing is
converted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from novacron.models.digest import ListedAdvice, ListedAnomaly, OwnersAdvice, Summary

LISTED = 10
"""Of an owner's advice, of owners, and of anomalies: 256 KiB, which is what SNS takes, are enough
for a hundred pieces of advice (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""


def summarise(
    until: datetime, advice: list[ListedAdvice], anomalies: list[ListedAnomaly]
) -> Summary:
    by_owner: defaultdict[str, list[ListedAdvice]] = defaultdict(list)
    for one in advice:
        by_owner[one.owner].append(one)
    owners = [_of_owner(owner, found) for owner, found in by_owner.items()]
    owners.sort(key=lambda one: (-sum(one.saving.values()), one.owner))
    return Summary(
        until=until,
        advice=len(advice),
        saving=_saving(advice),
        owners=owners[:LISTED],
        more_owners=len(owners[LISTED:]),
        anomalies=len(anomalies),
        largest_anomalies=sorted(anomalies, key=lambda one: (-one.severity, one.id))[:LISTED],
        more_anomalies=len(anomalies[LISTED:]),
    )


def _of_owner(owner: str, advice: list[ListedAdvice]) -> OwnersAdvice:
    return OwnersAdvice(
        owner=owner,
        count=len(advice),
        saving=_saving(advice),
        largest=sorted(advice, key=lambda one: (-one.saving, one.id))[:LISTED],
        more=len(advice[LISTED:]),
    )


def _saving(advice: Iterable[ListedAdvice]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in advice:
        sums[one.currency] += one.saving
    return dict(sorted(sums.items()))


def title(told: Summary) -> str:
    return f"New until {told.until:%Y-%m-%d}: advice {told.advice}, anomalies {told.anomalies}"


def lines(told: Summary) -> Iterator[str]:
    """For a person. Savings on one resource do not add up: a sum is the most that is saved."""
    yield f"{title(told)}."
    if told.advice:
        yield f"The advice saves up to {_shown(told.saving)} a month."
    if told.anomalies:
        yield "\nAnomalies, the largest first:"
    for anomaly in told.largest_anomalies:
        yield (
            f"- {anomaly.scope.value} {anomaly.value} on {anomaly.day}: "
            f"{anomaly.amount:.2f} {anomaly.currency}, expected {anomaly.expected:.2f}, "
            f"cause {anomaly.cause.value} ({anomaly.id})"
        )
    if told.more_anomalies:
        yield f"and {told.more_anomalies} more: novacron cost anomalies"
    for owner in told.owners:
        yield f"\nOwner {owner.owner}: {owner.count}, up to {_shown(owner.saving)} a month"
        for one in owner.largest:
            yield f"- {one.saving:.2f} {one.currency}: {one.title} ({one.resource_id}), {one.id}"
        if owner.more:
            yield f"and {owner.more} more: novacron recommend list"
    if told.more_owners:
        yield f"\nand {told.more_owners} more owners: novacron recommend list"
    if told.advice:
        yield "\nTo see why: novacron recommend show ID"


def _shown(saving: dict[str, Decimal]) -> str:
    return " and ".join(f"{amount:.2f} {currency}" for currency, amount in saving.items())
