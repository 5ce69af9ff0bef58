"""An assessment looks at both sides, changes nothing, and its figures can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from novacron.errors import (
    AuthenticationFailed,
    NotFound,
    NotReady,
    Throttled,
    Unsupported,
)
from novacron.migration import prepare
from novacron.migration.assess.assess import assess
from novacron.models.account import MetricName, MetricPoint, Quota
from novacron.models.assessment import Assessment, Confidence, Severity
from novacron.models.bandwidth import Bandwidth
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.models.image import BootMode, Image, ImageState
from novacron.models.migration import CreateMigration, MigrationSpec
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.models.vm import Architecture, VmSpec, VmState
from novacron.models.volume import VolumeClass
from novacron.operations.accounts import limit_account
from tests.unit.migration.conftest import Move
from tests.world import ALICE, MALLORY

GIB, MIB = 1024**3, 1024**2
FOUND_ALWAYS = {"boot.unseen", "network.unspecified", "network.renumbered"}


def assessed(move: Move, **spec: object) -> Assessment:
    given = {"account_id": "acc-2", "region": "local", **spec}
    asked = CreateMigration(vm_id=move.vm.id, spec=MigrationSpec.model_validate(given))
    return assess(move.world.services, ALICE, asked)


def codes(found: Assessment, severity: Severity | None = None) -> set[str]:
    return {one.code for one in found.checks if severity in (None, one.severity)}


def blockers(found: Assessment) -> set[str]:
    return codes(found, Severity.BLOCKER)


def alter(move: Move, **changes: Any) -> None:
    """What the source's provider says of the VM."""
    with move.source.opened():
        vm_id = move.vm.provider_id or ""
        move.source.cloud.vms[vm_id] = move.source.cloud.vms[vm_id].model_copy(update=changes)


def test_a_guest_that_cannot_be_prepared_from_outside(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    (silent,) = [one for one in assessed(move, prepare_guest=True).checks if "guest" in one.code]
    assert (silent.code, silent.severity) == ("guest.agent", Severity.WARNING)
    by_hand = "novacron guest prepare --target libvirt --apply"
    assert by_hand in (silent.remedy or "")
    move.source.shell = lambda *_: GuestResult(exit_code=0)
    assert codes(assessed(move, prepare_guest=True)) == FOUND_ALWAYS
    refuses = {"GuestCommands": "it takes a login"}
    monkeypatch.setattr(prepare, "GuestCommands", int)  # as a provider without the capability is
    monkeypatch.setattr(move.source, "refusals", refuses, raising=False)
    (without,) = [one for one in assessed(move, prepare_guest=True).checks if "guest" in one.code]
    assert without.code == "guest.channel"
    assert "it takes a login" in without.detail
    assert by_hand in (without.remedy or "")


def measure(move: Move, monkeypatch: pytest.MonkeyPatch, per_period: float) -> None:
    """Five-minute points, the last of them the busiest."""
    at = datetime(2025, 12, 31, tzinfo=UTC)
    name = MetricName.DISK_WRITE_BYTES
    values = [0.0, per_period / 2, per_period]
    points = [
        MetricPoint(name=name, at=at + n * timedelta(minutes=5), value=value)
        for n, value in enumerate(values)
    ]
    monkeypatch.setattr(move.source, "get_metrics", lambda *_: points)


def test_nothing_stands_in_the_way_and_nothing_changes(move: Move) -> None:
    def items() -> list[Any]:
        return move.world.services.store.table.client.scan(TableName="novacron")["Items"]

    before = items()
    found = assessed(move)
    assert codes(found) == FOUND_ALWAYS
    assert not found.blocked
    assert [(disk.size_gib, disk.native_type) for disk in found.target.disks] == [
        (8, "balanced"),
        (2, "balanced"),
    ]
    assert (found.target.vcpus, found.target.memory_mib) == (1, 1024)
    assert found.price_before is not None
    assert found.price_after is not None
    assert found.price_before.hourly == found.price_after.hourly == Decimal("0.025")
    assert items() == before


def test_a_measured_rate_gives_a_promise_and_its_terms(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10 GiB are read and written at 500 MiB/s each: 40.96 s. 819,200 B/s are 200 writes of 4 KiB
    a second, so that 8,192 of them hit 2,621,440 (1 - e^-(1/320)) = 8,179 grains: 32 MiB, and 3.2
    of gaps between those in the same leaf. 8,179 requests each way, 100,000 a second, take 0.16 s.
    Then 33 grains are left."""
    measure(move, monkeypatch, 300 * 819_200)
    found = assessed(move, max_downtime_seconds=30)
    transfer = found.transfer
    assert transfer.dirty_rate.bytes_per_second == 819_200
    assert transfer.dirty_rate.confidence is Confidence.MEASURED
    assert transfer.first_copy_bytes == 10 * GIB
    assert transfer.rate_bytes_per_second == 250 * MIB
    assert transfer.rounds == 3
    assert transfer.total_bytes / MIB == pytest.approx(10_240 + 35.15 + 0.13, abs=0.01)
    assert transfer.seconds == pytest.approx(40.96 + 0.16 + 14.0, abs=0.06)
    assert transfer.egress_usd == Decimal(0)
    assert {term.name: term.seconds for term in found.downtime} == {
        "stop": 0, "snapshot": 0, "send": 0, "seal": 0, "boot": 8, "network": 1, "steps": 5,
    }  # fmt: skip
    assert (found.verdict.promised, found.verdict.predicted_seconds) == (True, 14.0)
    assert found.verdict.term is None


def test_a_rate_that_nobody_measured_is_no_promise(move: Move) -> None:
    found = assessed(move)
    assert found.transfer.dirty_rate.confidence is Confidence.ASSUMED
    assert "200 writes of 4 KiB" in found.transfer.dirty_rate.basis
    assert (found.verdict.promised, found.verdict.term) == (False, "send")
    shorter = assessed(move, max_downtime_seconds=5)
    assert (shorter.verdict.promised, shorter.verdict.term) == (False, "boot")


def test_a_stopped_vm_has_no_downtime(move: Move) -> None:
    move.source.stop_vm(move.vm.provider_id or "", force=True)
    found = assessed(move, max_downtime_seconds=1)
    assert "source.state" in codes(found, Severity.INFO)
    assert (found.verdict.promised, found.verdict.predicted_seconds) == (True, 0)
    assert found.transfer.total_bytes == found.transfer.first_copy_bytes


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"account_id": "acc-1"}, "place.same"),
        ({"region": "elsewhere"}, "place.region"),
        ({"vcpus": 900 - 4, "memory_mib": 33554432}, "quota.exceeded"),
        ({"subnet_id": "subnet-none"}, "network.subnet"),
    ],
)
def test_what_is_asked_can_be_impossible(
    move: Move, monkeypatch: pytest.MonkeyPatch, spec: dict[str, Any], code: str
) -> None:
    with move.target.opened():
        move.target.cloud.quota = Quota(region="local", vcpus=8, storage_gib=10_000)
    if code == "place.region":

        def refuse(_region: str) -> Quota:
            raise NotFound("There is no region 'elsewhere'.")

        monkeypatch.setattr(move.target, "get_quota", refuse)
    found = assessed(move, **spec)
    assert code in blockers(found)
    assert not found.verdict.promised
    assert code in found.verdict.reason


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"state": VmState.PENDING}, "source.state", Severity.BLOCKER),
        ({"spot": True}, "source.spot", Severity.WARNING),
        ({"image_id": "windows-2022"}, "image.windows", Severity.WARNING),
        ({"image_id": "rhel-9"}, "image.licence", Severity.WARNING),
        ({"image_id": None}, "image.unknown", Severity.INFO),
        ({"volume_ids": []}, "disk.unknown", Severity.BLOCKER),
    ],
)
def test_what_the_source_is_can_be_in_the_way(
    move: Move, changes: dict[str, Any], code: str, severity: Severity
) -> None:
    alter(move, **changes)
    assert code in codes(assessed(move), severity)


def test_a_disk_of_another_class(move: Move) -> None:
    first = move.volumes()[0]
    with move.source.opened():
        volumes = move.source.cloud.volumes
        changed = {"volume_class": VolumeClass.PERFORMANCE}
        volumes[first] = volumes[first].model_copy(update=changed)
    assert "disk.class" in codes(assessed(move), Severity.WARNING)


def test_another_operation_and_a_name_that_is_taken_or_wrong(move: Move) -> None:
    spec = VmSpec(name="web", region="local", image="debian-12")
    move.target.create_vm(spec, Ownership(tenant="acme", operation="op-other"))
    store = move.world.services.store
    odd = move.vm.model_copy(update={"running_operation": "op-1"})
    store.save_resource(odd, move.world.account.type)
    found = assessed(move)
    assert blockers(found) == {"source.busy"}
    assert "name.taken" in codes(found, Severity.WARNING)
    now = store.resource("acme", move.vm.kind, move.vm.id)
    renamed = now.model_copy(update={"name": "Web Server"})
    store.save_resource(renamed, move.world.account.type)
    assert "name.invalid" in blockers(assessed(move))
    assert "name.invalid" not in blockers(assessed(move, name="shop"))


def test_the_network_is_looked_at(move: Move) -> None:
    made = move.target.create_network(
        NetworkSpec(
            name="net",
            region="local",
            cidr="10.0.0.0/16",
            subnets=[SubnetSpec(name="a", cidr="10.0.1.0/24")],
        ),
        Ownership(tenant="acme", operation="op-net"),
    )
    subnet = made.subnets[0].id
    good = assessed(move, subnet_id=subnet, private_ip="10.0.1.9", firewall_ids=[made.firewall_id])
    assert codes(good) == FOUND_ALWAYS - {"network.unspecified"}
    for address in ("10.0.2.9", "10.0.1.3", "10.0.1.255", "nonsense"):
        found = assessed(move, subnet_id=subnet, private_ip=address)
        assert "network.address" in blockers(found), address
    odd = assessed(move, subnet_id=subnet, firewall_ids=["fw-none"])
    assert "network.firewall" in codes(odd, Severity.WARNING)


def test_architecture_and_boot_mode_of_the_image(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Image(
        id="i", name="i", region="local", state=ImageState.READY,
        architecture=Architecture.ARM64, boot_mode=BootMode.UEFI,
    )  # fmt: skip
    monkeypatch.setattr(move.source, "get_image", lambda _id: image)
    found = assessed(move)
    assert {"arch.unsupported", "boot.mode"} <= blockers(found)
    assert "boot.differs" in codes(found, Severity.WARNING)
    assert codes(assessed(move, boot_mode="uefi")).isdisjoint({"boot.mode", "boot.differs"})


def test_a_provider_that_fails_is_a_finding(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AuthenticationFailed("The key is wrong.")

    for name in ("get_quota", "get_usage", "list_vms"):
        monkeypatch.setattr(move.target, name, refuse)
    monkeypatch.setattr(move.source, "get_vm", refuse)
    found = assessed(move)
    assert {"source.unreachable", "target.unreachable"} <= blockers(found)
    assert "quota.unknown" in codes(found, Severity.WARNING)


def test_a_price_that_is_not_known_is_not_zero(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_spec: VmSpec) -> None:
        raise Unsupported("There is no rate card.")

    monkeypatch.setattr(move.target, "estimate_cost", unknown)
    found = assessed(move)
    assert found.price_after is None
    assert found.price_before is not None
    assert "price.unknown" in codes(found, Severity.WARNING)


def test_an_agent_is_asked_for_everything_at_once(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def later(name: str) -> Any:
        def ask(*_: object) -> None:
            asked.append(name)
            raise NotReady("The agent has not answered yet.")

        return ask

    for name in ("get_quota", "get_usage", "list_vms", "estimate_cost"):
        monkeypatch.setattr(move.target, name, later(name))
    with pytest.raises(NotReady):
        assessed(move)
    assert asked == ["get_quota", "get_usage", "list_vms", "estimate_cost"]


def test_a_limit_of_calls_is_the_callers_to_know(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_region: str) -> None:
        raise Throttled("Too many calls.")

    monkeypatch.setattr(move.target, "get_quota", busy)
    with pytest.raises(Throttled):
        assessed(move)


def test_a_stranger_sees_nothing(move: Move) -> None:
    asked = CreateMigration(
        vm_id=move.vm.id, spec=MigrationSpec(account_id="acc-2", region="local")
    )
    with pytest.raises(NotFound):
        assess(move.world.services, MALLORY, asked)


def test_the_least_of_the_limits_holds(move: Move) -> None:
    """10 GiB at 5,000,000 bytes a second into the store, and at 10,000,000 out of it."""
    limit_account(move.world.services, "acme", "acc-1", Bandwidth(max_mbit_per_second=40))
    found = assessed(move, max_mbit_per_second=80)
    assert "account lab's limit of 40 Mbit/s" in found.transfer.limited_by
    assert "the migration's limit of 80 Mbit/s" in found.transfer.limited_by
    assert found.transfer.rate_bytes_per_second == pytest.approx(10_000_000 / 3, rel=0.01)
    assert found.transfer.seconds > 10 * GIB / (10_000_000 / 3) * 0.99
    assert "account lab's limit of 40 Mbit/s" in next(
        one.basis for one in found.downtime if one.name == "send"
    )
