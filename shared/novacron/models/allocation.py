"""Who pays for what: owners, and the rules by which they share what belongs to all of them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from novacron.models.base import Model
from novacron.models.cost import Dimension

Owners = Annotated[
    str, StringConstraints(pattern=r"^(provider|account|region|service|tag:.{1,128})$")
]
"""The dimension whose values are owners; a resource is too small to be one."""
MOST_DIMENSIONS = 4
"""As many as ``CostQuestion`` groups by."""
Share = Annotated[Decimal, Field(gt=0, le=1, max_digits=13, decimal_places=12)]


class Split(StrEnum):
    """``even``: each the same. ``proportional``: by what each spends directly in the days asked
    for. ``fixed``: by shares that are given; what they leave stays unallocated."""

    EVEN = "even"
    PROPORTIONAL = "proportional"
    FIXED = "fixed"


class SharingRule(Model):
    """Costs that ``filters`` let through are shared, whoever's they seem to be.

    ``among``: the owners; none means all that spend something directly. ``shares`` only where the
    split is fixed: owner -> share.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    filters: dict[Dimension, list[str]] = Field(min_length=1, max_length=4)
    split: Split
    among: list[str] = Field(default=[], max_length=200)
    shares: dict[str, Share] = Field(default={}, max_length=200)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        fixed = self.split is Split.FIXED
        if fixed != bool(self.shares) or (fixed and self.among):
            raise ValueError("shares belong to a fixed split, and it has no other owners")
        if sum(self.shares.values()) > 1:
            raise ValueError("the shares are more than the whole")
        return self


class Allocation(Model):
    """The first rule that lets a cost through shares it; no rule means that its owner pays."""

    by: Owners = "account"
    rules: list[SharingRule] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if len({one.name for one in self.rules}) < len(self.rules):
            raise ValueError("two rules have the same name")
        if len(self.dimensions) > MOST_DIMENSIONS:
            raise ValueError(f"owners and filters have more than {MOST_DIMENSIONS} dimensions")
        return self

    @property
    def dimensions(self) -> list[str]:
        """By which costs are grouped so that each belongs to one owner or one rule."""
        filtered = (name for rule in self.rules for name in rule.filters)
        return list(dict.fromkeys([self.by, *filtered]))
