"""An assessment: look at both sides, change nothing, say what would happen."""

from __future__ import annotations

from novacron.migration.assess.balancers import balancer_checks
from novacron.migration.assess.boot import boot_checks, image_checks
from novacron.migration.assess.copying import copying, egress, speed
from novacron.migration.assess.disks import disks_of
from novacron.migration.assess.downtime import downtime, verdict
from novacron.migration.assess.facts import Facts, gather
from novacron.migration.assess.figures import GIB
from novacron.migration.assess.guest import NOT_CHECKED
from novacron.migration.assess.names import name_checks
from novacron.migration.assess.network import network_checks
from novacron.migration.assess.place import place_checks
from novacron.migration.assess.prepare import prepare_checks
from novacron.migration.assess.price import prices
from novacron.migration.assess.quota import quota_checks
from novacron.migration.assess.sizes import size_of_target
from novacron.migration.assess.source import source_checks
from novacron.migration.assess.writes import dirty_rate
from novacron.models.assessment import (
    Assessment,
    Check,
    Severity,
    TargetDisk,
    TargetPlan,
    Term,
    TransferPlan,
)
from novacron.models.migration import CreateMigration
from novacron.models.vm import VmState
from novacron.operations.services import Services
from novacron.tenancy.principal import Principal


def assess(services: Services, who: Principal, asked: CreateMigration) -> Assessment:
    """Raises what ``gather`` does; all else is a finding."""
    facts = gather(services, who, asked)
    size = size_of_target(facts)
    before, after, unpriced = prices(facts, size)
    facts.all_seen()
    disks, disk_checks = disks_of(facts)
    room = quota_checks(facts, size.vcpus, size.memory_mib, sum(one.size_gib for one in disks))
    checks = [
        *source_checks(facts),
        *place_checks(facts),
        *disk_checks,
        *boot_checks(facts),
        *image_checks(facts),
        *prepare_checks(facts),
        *size.checks,
        *room,
        *network_checks(facts),
        *name_checks(facts),
        *balancer_checks(facts),
        *unpriced,
    ]
    plan, terms = _copied(facts, disks)
    blockers = _blockers(checks)
    return Assessment(
        vm_id=facts.record.id,
        spec=asked.spec,
        assessed_at=services.now(),
        checks=sorted(checks, key=lambda one: list(Severity).index(one.severity)),
        not_checked=NOT_CHECKED,
        target=TargetPlan(
            instance_type=size.instance_type,
            vcpus=size.vcpus,
            memory_mib=size.memory_mib,
            reason=size.reason,
            disks=disks,
        ),
        price_before=before,
        price_after=after,
        transfer=plan,
        downtime=terms,
        verdict=verdict(
            facts.source.type,
            terms,
            plan.dirty_rate,
            asked.spec.max_downtime_seconds,
            blockers,
        ),
    )


def _copied(facts: Facts, disks: list[TargetDisk]) -> tuple[TransferPlan, list[Term]]:
    source, target, spec = facts.source.type, facts.target.type, facts.spec
    disk_bytes = sum(disk.size_gib for disk in disks) * GIB
    running = facts.vm is None or facts.vm.state is VmState.RUNNING
    rate = dirty_rate(facts.writes, running)
    how = speed(source, target, disks, facts.limits)
    written = rate.bytes_per_second
    most, downtime_asked = spec.max_rounds, spec.max_downtime_seconds
    copy = copying(source, target, how, disk_bytes, written, most, downtime_asked)
    terms = downtime(source, target, copy, disk_bytes, rate)
    usd, why = egress(facts, copy.total_bytes)
    plan = TransferPlan(
        first_copy_bytes=disk_bytes,
        total_bytes=copy.total_bytes,
        rounds=len(copy.rounds) + 1,
        rate_bytes_per_second=round(how.both),
        limited_by=how.limits,
        seconds=round(copy.seconds + sum(term.seconds for term in terms), 1),
        egress_usd=usd,
        egress_basis=why,
        dirty_rate=rate,
    )
    return plan, terms


def _blockers(checks: list[Check]) -> list[str]:
    codes = [one.code for one in checks if one.severity is Severity.BLOCKER]
    return list(dict.fromkeys(codes))
