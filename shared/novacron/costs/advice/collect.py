"""Read every running VM's metrics since the last look: once, whoever asks later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from novacron.costs.advice.usage import KEPT_HOURS, NAMES, begun, counted, extended
from novacron.errors import Conflict, NovaCronError
from novacron.migration.assess.figures import OWN
from novacron.models.operation import ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.usage import VmUsage
from novacron.operations.services import Services
from novacron.providers.base import CloudProvider
from novacron.store.recommendations import AdviceStore

WINDOW = timedelta(days=7)
"""Of one call: Azure gives points of 5 minutes for windows of up to 10 days."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def collect(services: Services, account: ProviderAccount, record: ResourceRecord) -> VmUsage | None:
    """The VM's usage up to now; None: it has not been made yet. Raises what the provider does."""
    if record.provider_id is None:
        return None
    store = AdviceStore(services.store.table)
    before = store.usage(record.tenant, record.id)
    if record.state != "running":
        return before
    now = services.now()
    usage = before or begun(record.tenant, record.id, _start(record, now))
    provider = services.providers.of(account)
    after = _looked(provider, account, record, usage, now)
    if after != usage:
        try:
            store.save_usage(after)
        except Conflict:
            return store.usage(record.tenant, record.id)
    return after


def _looked(
    provider: CloudProvider,
    account: ProviderAccount,
    record: ResourceRecord,
    usage: VmUsage,
    now: datetime,
) -> VmUsage:
    vm_id = record.provider_id or ""
    if account.type in OWN:
        until = _next_hour(now)  # the same question for an hour: an agent finds its answer by it
        return counted(usage, provider.get_metrics(vm_id, NAMES, LONG_AGO, until), now)
    vcpus, memory_mib = record.document.get("vcpus") or 1, record.document.get("memory_mib")
    start = max(usage.through, now - timedelta(hours=KEPT_HOURS))
    while start < now:
        end = min(start + WINDOW, now)
        points = provider.get_metrics(vm_id, NAMES, start, end)
        usage = extended(usage, points, vcpus, memory_mib, now)
        start = end
    return usage


def _start(record: ResourceRecord, now: datetime) -> datetime:
    told = record.document.get("created_at")
    made = datetime.fromisoformat(told) if told else LONG_AGO
    return max(made, now - timedelta(hours=KEPT_HOURS))


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def collect_all(
    services: Services, account: ProviderAccount, records: list[ResourceRecord]
) -> tuple[dict[str, VmUsage], dict[str, str]]:
    """(usage by VM, why not by VM): one that cannot be read keeps no other from it."""
    usages: dict[str, VmUsage] = {}
    failures: dict[str, str] = {}
    for record in records:
        try:
            usage = collect(services, account, record)
        except NovaCronError as error:
            failures[record.id] = error.detail
            usage = AdviceStore(services.store.table).usage(record.tenant, record.id)
        if usage is not None:
            usages[record.id] = usage
    return usages, failures
