"""Whether the target's region, zone and name are such that a VM can be there."""

from __future__ import annotations

import re

from pydantic import TypeAdapter, ValidationError

from novacron.catalog.catalog import instance_types
from novacron.catalog.jurisdictions import COUNTRIES
from novacron.migration.assess.codes import blocker, warning
from novacron.migration.assess.facts import Facts
from novacron.migration.assess.sovereignty import REMEDY, found_breaches
from novacron.models.account import ProviderType
from novacron.models.assessment import Check
from novacron.models.base import Name
from novacron.models.vm import VmState

ZONES = {
    ProviderType.AWS: "{region}[a-z]",
    ProviderType.AZURE: "[123]",
    ProviderType.GCP: "{region}-[a-z]",
}
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html,
https://learn.microsoft.com/azure/reliability/availability-zones-overview,
https://cloud.google.com/compute/docs/regions-zones. One's own zones have any name."""
NAMES_REPEAT = frozenset({ProviderType.AWS, ProviderType.MEMORY})
"""Where a name is only a tag."""
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def place_checks(facts: Facts) -> list[Check]:
    spec = facts.spec
    found = []
    here = (facts.source_account.id, facts.record.region)
    if here == (facts.target_account.id, spec.region) and not spec.zone:
        fix = "Name another account, region or zone."
        found.append(blocker("place.same", "The VM is there already.", fix))
    return [*found, *_region(facts), *_zone(facts), *_name(facts), *_sovereignty(facts)]


def _region(facts: Facts) -> list[Check]:
    kind, region = facts.target.type, facts.spec.region
    refusal = facts.failures.get("quota") or facts.failures.get("namesakes")
    if refusal is not None and refusal.code in ("invalid_spec", "not_found"):
        return [blocker("place.region", refusal.detail, refusal.remedy)]
    found = []
    if refusal is not None:
        found.append(blocker("target.unreachable", refusal.detail, refusal.remedy))
    if kind in COUNTRIES and not instance_types(kind, region):
        told = f"The catalog lists no {kind.value} region {region!r}: it is new, or misspelt."
        found.append(warning("place.region", told, "Check its name in the provider's console."))
    return found


def _zone(facts: Facts) -> list[Check]:
    zone, shape = facts.spec.zone, ZONES.get(facts.target.type)
    if zone is None or shape is None:
        return []
    if re.fullmatch(shape.format(region=re.escape(facts.spec.region)), zone):
        return []
    told = f"{zone!r} is no zone of {facts.spec.region}."
    return [blocker("place.zone", told, "Leave it out to take the provider's choice.")]


def _name(facts: Facts) -> list[Check]:
    try:
        _NAME.validate_python(facts.name)
    except ValidationError:
        told = f"{facts.name!r} is no name that every provider takes."
        return [blocker("name.invalid", told, "Give spec.name: lower case, digits, hyphens.")]
    own = facts.vm_id if facts.source_account.id == facts.target_account.id else None
    taken = [one for one in facts.namesakes if one.state is not VmState.DELETED and one.id != own]
    if not taken:
        return []
    give = warning if facts.target.type in NAMES_REPEAT else blocker
    told = f"{taken[0].id} is called {facts.name!r} there."
    return [give("name.taken", told, "Give spec.name another one.")]


def _sovereignty(facts: Facts) -> list[Check]:
    found = found_breaches(
        facts.services,
        facts.source_account,
        facts.record.region,
        facts.target_account,
        facts.spec.region,
    )
    return [blocker("sovereignty.forbidden", one.detail, REMEDY) for one in found]
