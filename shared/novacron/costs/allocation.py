"""Who pays: what each owner spends directly, and its share of what belongs to all.

https://framework.finops.org/framework/capabilities/allocation/ calls it showback; the ways to split
are FinOps' own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from novacron.costs.exact import DIGITS, exactly
from novacron.costs.ledger import Ledger
from novacron.models.allocation import Allocation, SharingRule, Split
from novacron.models.cost import UNALLOCATED, CostGroup, CostQuestion, Granularity
from novacron.models.showback import OwnerCost, Showback, ShowbackRequest

UNIT = Decimal(1).scaleb(-18)
"""The smallest amount that is kept."""
Amounts = dict[str, Decimal]


def showback(ledger: Ledger, request: ShowbackRequest, allocation: Allocation) -> Showback:
    """Raises InvalidSpec: a tag by which costs are not kept."""
    asked = CostQuestion(
        start=request.start,
        end=request.end,
        metric=request.metric,
        granularity=Granularity.TOTAL,
        group_by=allocation.dimensions,
        estimates=request.estimates,
    )
    found = ledger.ask(asked)
    with exactly():
        direct, pools = _apart(found.groups, allocation)
        shares = {rule.name: split(rule, pools[rule.name], direct) for rule in allocation.rules}
        owners = {*direct, *(owner for given in shares.values() for owner in given)}
        lines = {one: _line(one, direct, shares) for one in owners | {UNALLOCATED}}
    unallocated = lines.pop(UNALLOCATED)
    return Showback(
        start=request.start,
        end=request.end,
        metric=request.metric,
        currency=found.currency,
        by=allocation.by,
        rules=list(shares),
        owners=sorted(lines.values(), key=lambda one: (-one.total, one.owner)),
        unallocated=unallocated,
        total=found.total,
        estimated=found.estimated,
    )


def split(rule: SharingRule, amount: Decimal, direct: Mapping[str, Decimal]) -> Amounts:
    """Owner -> share; all shares together are ``amount``. Where nobody spends anything, or nobody
    is named, it stays unallocated."""
    if rule.split is Split.FIXED:
        left = 1 - sum(rule.shares.values(), Decimal(0))
        return _divided(amount, {**rule.shares, UNALLOCATED: left})
    owners = rule.among or sorted(one for one in direct if one != UNALLOCATED)
    if rule.split is Split.EVEN:
        weights = dict.fromkeys(owners, Decimal(1))
    else:
        weights = {one: max(direct.get(one, Decimal(0)), Decimal(0)) for one in owners}
    return _divided(amount, weights if any(weights.values()) else {UNALLOCATED: Decimal(1)})


def _divided(amount: Decimal, weights: Mapping[str, Decimal]) -> Amounts:
    """By rounding what has been given so far, not each part: nothing is lost or made."""
    shares, weight, given = {}, Decimal(0), Decimal(0)
    with localcontext(prec=2 * DIGITS):  # a product of two
        whole = sum(weights.values())
        for owner, own in weights.items():
            weight += own
            upto = (amount * weight / whole).quantize(UNIT, ROUND_HALF_EVEN)
            shares[owner], given = upto - given, upto
    return {owner: share for owner, share in shares.items() if share}


def _apart(groups: Iterable[CostGroup], allocation: Allocation) -> tuple[Amounts, Amounts]:
    """What is paid directly, by owner, and what each rule shares."""
    direct: defaultdict[str, Decimal] = defaultdict(Decimal)
    pools = {rule.name: Decimal(0) for rule in allocation.rules}
    for group in groups:
        rule = _rule(allocation.rules, group.key)
        if rule is None:
            direct[group.key[allocation.by]] += group.total
        else:
            pools[rule.name] += group.total
    return dict(direct), pools


def _rule(rules: Sequence[SharingRule], key: Mapping[str, str]) -> SharingRule | None:
    for rule in rules:
        if all(key[name] in values for name, values in rule.filters.items()):
            return rule
    return None


def _line(owner: str, direct: Amounts, shares: Mapping[str, Amounts]) -> OwnerCost:
    shared = {rule: given[owner] for rule, given in shares.items() if owner in given}
    own = direct.get(owner, Decimal(0))
    return OwnerCost(
        owner=owner, direct=own, shared=shared, total=own + sum(shared.values(), Decimal(0))
    )
