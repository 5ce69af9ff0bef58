"""What the VM costs by the hour before and after."""

from __future__ import annotations

from novacron.migration.assess.codes import warning
from novacron.migration.assess.facts import Facts
from novacron.migration.assess.sizes import Size, target_spec
from novacron.models.account import CostEstimate
from novacron.models.assessment import Check
from novacron.models.vm import VmSpec

_FIX = "Look at the provider's own calculator."


def prices(
    facts: Facts, size: Size
) -> tuple[CostEstimate | None, CostEstimate | None, list[Check]]:
    """(before, after, warnings): compute alone; a price that is not known is never zero."""
    before = _before(facts)
    wanted = target_spec(facts, size.vcpus, size.memory_mib, size.instance_type)
    after = facts.look("price after", lambda: facts.target.estimate_cost(wanted))
    checks = [
        warning("price.unknown", f"The {what}: {facts.failures[what].detail}", _FIX)
        for what in ("price before", "price after")
        if what in facts.failures
    ]
    return before, after, checks


def _before(facts: Facts) -> CostEstimate | None:
    vm = facts.vm
    if vm is None:
        return None
    now = VmSpec(
        name="source",
        region=facts.record.region,
        vcpus=vm.vcpus or facts.vcpus or 1,
        memory_mib=vm.memory_mib or facts.memory_mib or 1024,
        instance_type=vm.instance_type,
        image=vm.image_id or "unknown",
        spot=vm.spot,
    )
    return facts.look("price before", lambda: facts.source.estimate_cost(now))
