"""Whether the source can be moved now."""

from __future__ import annotations

from novacron.migration.assess.codes import blocker, info, warning
from novacron.migration.assess.facts import Facts
from novacron.models.assessment import Check
from novacron.models.vm import VmState
from novacron.providers.transfer import DiskExport, DiskImport

_NO_PLAN = "There is no capability for it: docs/providers.md says what each provider can do."


def source_checks(facts: Facts) -> list[Check]:
    found = []
    for what in ("vm", "volumes"):
        if what in facts.failures:
            error = facts.failures[what]
            found.append(blocker("source.unreachable", error.detail, error.remedy))
    if facts.record.running_operation is not None:
        running = facts.record.running_operation
        wait = f"Wait for operations/{running}."
        found.append(blocker("source.busy", f"Operation {running} is running on the VM.", wait))
    return [*found, *_state(facts), *_capabilities(facts)]


def _state(facts: Facts) -> list[Check]:
    vm = facts.vm
    if vm is None:
        return []
    found = []
    if vm.state in (VmState.STOPPED, VmState.SUSPENDED):
        told = f"The VM is {vm.state.value}: one copy is enough, and nothing is down meanwhile."
        found.append(info("source.state", told))
    elif vm.state is not VmState.RUNNING:
        fix = "Bring it to running or stopped first."
        found.append(blocker("source.state", f"The VM is {vm.state.value}.", fix))
    if vm.spot:
        told = "The provider may take the VM away during the copy; its target is no spot VM."
        found.append(warning("source.spot", told))
    return found


def _capabilities(facts: Facts) -> list[Check]:
    sides = (
        ("source.export", facts.source, DiskExport, "read from"),
        ("target.import", facts.target, DiskImport, "written to"),
    )
    found = []
    for code, provider, wanted, verb in sides:
        if not isinstance(provider, wanted):
            why = provider.refusals.get(wanted.__name__, "not built yet")
            told = f"Disks cannot be {verb} {provider.type.value}: {why}."
            found.append(blocker(code, told, _NO_PLAN))
    return found
