"""Decaying histograms with exponential buckets, as Kubernetes' vertical pod autoscaler keeps them.

https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/pkg/recommender/util/decaying_histogram.go
There: buckets 5% wider each, a half-life of 24 hours. A VM is resized by people and once a month
rather than by a controller every day, so that ours is a week (``HALF_LIFE_HOURS``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from novacron.models.usage import Histogram

HALF_LIFE_HOURS = 168.0
MOST_EXPONENT = 60
"""Weights are made anew before they leave the range in which sums are exact enough."""
LEAST_WEIGHT = 1e-6
"""Of the whole: buckets that weigh less are forgotten."""


def new(first: float, at: datetime) -> Histogram:
    """An empty one whose first bucket ends at ``first``."""
    return Histogram(first=first, half_life_hours=HALF_LIFE_HOURS, reference=at)


def added(histogram: Histogram, samples: Iterable[tuple[datetime, float]]) -> Histogram:
    """The histogram with these samples; their order does not matter."""
    now = histogram
    weights = dict(now.weights)
    reference = now.reference
    for at, value in samples:
        exponent = (at - reference) / timedelta(hours=now.half_life_hours)
        if exponent > MOST_EXPONENT:
            weights = {bucket: weight * 2.0**-exponent for bucket, weight in weights.items()}
            reference, exponent = at, 0.0
        bucket = _bucket(now, value)
        weights[bucket] = weights.get(bucket, 0.0) + 2.0**exponent
    least = LEAST_WEIGHT * sum(weights.values())
    kept = {bucket: weight for bucket, weight in sorted(weights.items()) if weight >= least}
    return now.model_copy(update={"weights": kept, "reference": reference})


def percentile(histogram: Histogram, share: float) -> float:
    """The upper end of the bucket below which ``share`` (0 to 1) of the weight lies; 0 if empty."""
    wanted, seen = share * histogram.total, 0.0
    for bucket, weight in sorted(histogram.weights.items()):
        seen += weight
        if seen >= wanted:
            return _end(histogram, bucket)
    return 0.0


def _bucket(histogram: Histogram, value: float) -> int:
    """The bucket that ``value`` is in, by the sum of a geometric series."""
    if value <= histogram.first:
        return 0
    grown = 1 + value * (histogram.ratio - 1) / histogram.first
    return math.ceil(math.log(grown, histogram.ratio) - 1e-9) - 1


def _end(histogram: Histogram, bucket: int) -> float:
    whole: float = histogram.ratio ** (bucket + 1) - 1
    return histogram.first * whole / (histogram.ratio - 1)
