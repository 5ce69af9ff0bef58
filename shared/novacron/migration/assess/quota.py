"""Whether the target's account has room."""

from __future__ import annotations

from novacron.migration.assess.codes import blocker, warning
from novacron.migration.assess.facts import Facts
from novacron.models.assessment import Check


def quota_checks(facts: Facts, vcpus: int, memory_mib: int, storage_gib: int) -> list[Check]:
    """A limit that the provider does not tell is not checked."""
    if facts.quota is None or facts.usage is None:
        error = facts.failures.get("quota") or facts.failures.get("usage")
        told = error.detail if error else "The provider tells none."
        return [warning("quota.unknown", told, "Look at the limits in the provider's console.")]
    wanted = {"vms": 1, "vcpus": vcpus, "memory_mib": memory_mib, "storage_gib": storage_gib}
    found = []
    for name, more in wanted.items():
        limit, used = getattr(facts.quota, name), getattr(facts.usage, name)
        if limit is not None and used + more > limit:
            told = f"{name}: {used} used and {more} more, of {limit}."
            found.append(blocker("quota.exceeded", told, "Ask the provider for a higher limit."))
    return found
