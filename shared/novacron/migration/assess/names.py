"""Names that are to follow the VM: whether they can be switched, and how soon clients notice."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.errors import NovaCronError, Throttled
from novacron.migration.assess.codes import blocker, warning
from novacron.migration.assess.facts import Facts
from novacron.migration.names import zone_of
from novacron.models.assessment import Check
from novacron.models.dns import DnsRecord, DnsType
from novacron.models.migration import NameSwitch


def name_checks(facts: Facts) -> list[Check]:
    """Raises Throttled."""
    return [check for switch in facts.spec.names for check in _checks(facts, switch)]


def _checks(facts: Facts, switch: NameSwitch) -> Iterator[Check]:
    try:
        records = _records(facts, switch)
    except Throttled:
        raise
    except NovaCronError as error:
        yield blocker("names.unknown", f"{switch.name}: {error.detail}", error.remedy)
        return
    most = max((record.ttl for record in records), default=0)
    if most > facts.spec.max_downtime_seconds:
        told = f"{switch.name} has a TTL of {most} s: for so long clients may go to the source."
        yield warning("names.ttl", told, f"Lower it at least {most} s before the cutover.")


def _records(facts: Facts, switch: NameSwitch) -> list[DnsRecord]:
    zone = zone_of(facts.services, facts.record.tenant, switch)
    found = (zone.get_record(switch.zone, switch.name, kind) for kind in DnsType)
    return [record for record in found if record is not None]
