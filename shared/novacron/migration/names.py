"""Names that follow the VM, and the map of its addresses.

Names are switched when the target has answered and before the move is committed: from then on
clients come to it. Until all servers know, some still go to the source, which is stopped: how long
resolvers keep the old answer is the record's TTL of before.
"""

from __future__ import annotations

from ipaddress import ip_address

from novacron.errors import Conflict, Unsupported
from novacron.migration.context import Context
from novacron.migration.rounds import DONE, StepResult
from novacron.models.dns import DnsRecord, DnsType
from novacron.models.migration import AddressChange, Effect, NameSwitch, SwitchedName
from novacron.models.vm import Vm
from novacron.operations.services import Services
from novacron.providers.dns import DnsRecords


def switch_names(now: Context) -> StepResult:
    """Let the plan's names lead to the target. Raises Conflict where it has no such address."""
    if not now.migration.spec.names:
        return DONE
    target = now.target.get_vm(now.migration.target_vm_id or "")
    if not now.migration.names:
        before = [_looked_up(now, switch, target) for switch in now.migration.spec.names]
        now.intend(Effect.NAMES)
        now.save(names=before)
    changed = [_switched(now, one, target) for one in now.migration.names]
    now.save(names=changed)
    return DONE


def check_names(now: Context) -> None:
    """Raises NotReady until all servers of all zones know where the names lead."""
    for one in now.migration.names:
        if one.change is not None:
            _zone(now, one.switch).check_record_change(one.change)


def restore_names(now: Context) -> None:
    """Let them lead where they did."""
    for one in now.migration.names:
        zone = _zone(now, one.switch)
        if one.before is not None:
            zone.put_record(one.before)
        elif found := zone.get_record(one.switch.zone, one.switch.name, one.type):
            zone.delete_record(found)


def zone_of(services: Services, tenant: str, switch: NameSwitch) -> DnsRecords:
    """Raises NotFound (account), Unsupported: its provider serves no zones."""
    account = services.store.account(tenant, switch.account_id)
    provider = services.providers.of(account)
    if not isinstance(provider, DnsRecords):
        raise Unsupported(provider.refusals["DnsRecords"], field="spec.names")
    return provider


def _zone(now: Context, switch: NameSwitch) -> DnsRecords:
    return zone_of(now.services, now.migration.tenant, switch)


def address_map(source: Vm, target: Vm) -> list[AddressChange]:
    """Each address of the source beside the target's of its kind, in their order."""
    return [
        AddressChange(old=old, new=new[index] if index < len(new) else None, public=public)
        for olds, new, public in (
            (source.private_ips, target.private_ips, False),
            (source.public_ips, target.public_ips, True),
        )
        for index, old in enumerate(olds)
    ]


def _looked_up(now: Context, switch: NameSwitch, target: Vm) -> SwitchedName:
    kind = _type(_address(switch, target))
    before = _zone(now, switch).get_record(switch.zone, switch.name, kind)
    return SwitchedName(switch=switch, type=kind, before=before)


def _switched(now: Context, one: SwitchedName, target: Vm) -> SwitchedName:
    switch = one.switch
    record = DnsRecord(
        zone=switch.zone,
        name=switch.name,
        type=one.type,
        ttl=switch.ttl,
        values=[_address(switch, target)],
    )
    return one.model_copy(update={"change": _zone(now, switch).put_record(record)})


def _address(switch: NameSwitch, target: Vm) -> str:
    addresses = target.public_ips if switch.public else target.private_ips
    if not addresses:
        kind = "public" if switch.public else "private"
        raise Conflict(f"{switch.name} cannot lead to the target: it has no {kind} address.")
    return addresses[0]


def _type(address: str) -> DnsType:
    return DnsType.A if ip_address(address).version == 4 else DnsType.AAAA
