"""Size flexibility of AWS's reserved instances, which goes by the size in a type's name.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html
"""

from __future__ import annotations

import re
from decimal import Decimal

SMALL = {
    "nano": Decimal("0.25"),
    "micro": Decimal("0.5"),
    "small": Decimal(1),
    "medium": Decimal(2),
    "large": Decimal(4),
    "xlarge": Decimal(8),
}
"""Normalization factors; that of "4xlarge" is 4 times that of "xlarge"."""
_LARGE = re.compile(r"(\d+)xlarge|metal-(\d+)xl")
_RIGID = re.compile(r"g(4ad|4dn|5|5g|6|6e|6f)|gr6f?|hpc7a|p5|inf[12]|u7i-[68]tb")
"""Families of which a reserved instance is for one size alone."""


def normalized(name: str) -> Decimal | None:
    """The normalization factor; None: a reserved instance of it serves no other size, or "metal",
    whose name does not say how large it is."""
    family, _, size = name.partition(".")
    if _RIGID.fullmatch(family):
        return None
    if match := _LARGE.fullmatch(size):
        return SMALL["xlarge"] * int(match[1] or match[2])
    return SMALL.get(size)


def count(name: str, base: str) -> Decimal | None:
    """How many of ``base``, of the same family, one of ``name`` is; None: not a whole number."""
    own, bases = normalized(name), normalized(base)
    if own is None or bases is None or own % bases:
        return None
    return own / bases
