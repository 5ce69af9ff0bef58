"""Whether the guest can be made ready by its provider, where the plan says so."""

from __future__ import annotations

from novacron.errors import Unsupported
from novacron.migration.assess.codes import warning
from novacron.migration.assess.facts import Facts
from novacron.migration.prepare import by_hand, commands_of
from novacron.models.assessment import Check


def prepare_checks(facts: Facts) -> list[Check]:
    if not facts.spec.prepare_guest:
        return []
    hand = f"Run in the guest, as root: {by_hand(facts.target.type)}"
    try:
        commands_of(facts.source)
    except Unsupported as error:
        return [warning("guest.channel", error.detail, hand)]
    silent = facts.failures.get("guest")
    if silent is None:
        return []
    return [warning("guest.agent", silent.detail, f"{silent.remedy or ''} {hand}".strip())]
