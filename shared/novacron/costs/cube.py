"""Aggregates by what they can be asked: a cell is one value of each dimension of a view.

A view is a choice of dimensions: ``leaf`` has region and service, ``tag:<key>`` the tag's value
besides, ``resource`` the resource and all cost tags, ``commitment`` what the bill says of
commitments, with their quantity as one more amount. Provider and account are the partition's.
``top`` has the month's sums of the resources with the largest.
``pages`` says how they are kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from decimal import Decimal

from novacron.models.cost import CostMetric

LEAF = "leaf"
RESOURCE = "resource"
COMMITMENT = "commitment"
OF_COMMITMENTS = [
    "commitment",
    "commitment_status",
    "commitment_type",
    "commitment_unit",
    "instance_type",
]
TAG = "tag:"
TOP = "top"
TOP_LISTED = 1001
"""By each metric: one more than a question may ask for, so that there are others where one is not
listed."""
DAYS_A_PAGE = 4000
"""Rows of four amounts: 256 kB, a third more as text, of the 400 that an item may have, were
they not compressed; they are to some 100
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)."""
METRICS = list(CostMetric)
AMOUNTS = [metric.value for metric in METRICS]
QUANTITY = "quantity"
"""Of a commitment, in its unit: the last column of the view of commitments."""
COLUMNS = [*AMOUNTS, QUANTITY]


def dimensions(view: str, tags: Sequence[str]) -> list[str]:
    """What a cell of ``view`` has a value of, in order."""
    if view == LEAF:
        return ["region", "service"]
    if view == RESOURCE:
        return ["region", "service", "resource", *(f"{TAG}{tag}" for tag in tags)]
    if view == COMMITMENT:
        return ["region", "service", *OF_COMMITMENTS]
    return ["region", "service", view]


def views(tags: Sequence[str]) -> list[str]:
    """Those that the view of resources is added up to, and itself."""
    return [LEAF, *(f"{TAG}{tag}" for tag in tags), RESOURCE]


def place(resource: str, values: Sequence[str]) -> int:
    """By which a cell's page is found; those without a resource are spread, as they may be many."""
    return zlib.crc32((resource or "\0".join(values)).encode())


def plain(amount: Decimal) -> str:
    """Without the zeros that a fixed scale brings, and without an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
