"""How many changes of one day's value are found that day in public daily series, and at what price.

python -m bench.daily_anomalies

Each tenth day of each series is judged by the 120 days before it, as it is and changed by a share.
The series are of people and weather, whose holidays are real anomalies: what is found unchanged is
the upper bound of false alarms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bench.forecasting.series import daily
from novacron.costs.anomalies.daily import unusual

HISTORY, EVERY, LEAST = 120, 10, 36
"""Days: of history at most, between the days judged, of history at least."""
CHANGES = (Decimal(0), Decimal("0.5"), Decimal(1), Decimal(3), Decimal("-0.5"), Decimal(-1))


def main() -> dict[Decimal, float]:
    """Change -> the share of days on which it is found."""
    every = [part for values in daily().values() for part in _judged(values)]
    found = {change: sum(_found(part, change) for part in every) for change in CHANGES}
    print(f"{len(every)} days judged")
    for change, count in found.items():
        print(f"{change:+5.0%}  found {count / len(every):6.1%}")
    return {change: count / len(every) for change, count in found.items()}


def _judged(values: Sequence[float]) -> Iterator[list[Decimal]]:
    costs = [Decimal(str(value)) for value in values]
    for day in range(LEAST, len(costs), EVERY):
        yield costs[max(0, day - HISTORY) : day + 1]


def _found(costs: Sequence[Decimal], change: Decimal) -> bool:
    changed = [*costs[:-1], costs[-1] * (1 + change)]
    return next(unusual(changed, 1), None) is not None


if __name__ == "__main__":
    main()
