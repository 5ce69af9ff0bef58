"""Single rules over a tenant that is made of records: elsewhere, unused, by the bill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from novacron.costs.advice import relocate, unused
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.rules import SHIPPED, rule_book
from novacron.costs.imports import import_delivery
from novacron.migration.assess.sovereignty import keep_policy
from novacron.models.account import ProviderType
from novacron.models.advice import Rule, RuleEdits
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import RecommendationKind
from novacron.models.sovereignty import SovereigntyPolicy
from tests.bills import Bills, row
from tests.world import World

Kind = RecommendationKind
NOW = datetime(2026, 1, 20, tzinfo=UTC)
SIZE = {"vcpus": 2, "memory_mib": 8192, "instance_type": "m7i.large", "volume_ids": ["vol-1"]}


def _rule(kind: Kind) -> Rule:
    return next(rule for rule in SHIPPED if rule.kind is kind)


def _account(world: World, kind: ProviderType, region: str) -> ProviderAccount:
    secret = world.services.providers.secrets.write("acme", kind.value, {"external_id": "agreed"})
    role = {"role_arn": "arn:aws:iam::123456789012:role/novacron-test"}
    account = ProviderAccount(
        id=f"acc-{kind.value}",
        tenant="acme",
        name=kind.value,
        type=kind,
        settings={"region": region} | (role if kind is ProviderType.AWS else {}),
        secret_id=secret,
        created_at=NOW,
    )
    world.services.store.save_account(account)
    return account


def _record(kind: ResourceKind, native: str, days: int = 0, **told: Any) -> ResourceRecord:
    given = {
        "id": f"{kind.value}-{native}",
        "tenant": "acme",
        "kind": kind,
        "account_id": "acc-aws",
        "provider_id": native,
        "name": native,
        "region": "us-east-1",
        "state": "running",
        "observed_at": NOW - timedelta(days=days),
        "created_at": NOW - timedelta(days=days),
    }
    return ResourceRecord.model_validate(given | told)


def _found(
    world: World, kind: Kind, *records: ResourceRecord, rule: Rule | None = None
) -> list[Finding]:
    world.clock.at = NOW
    places = ((ProviderType.AWS, "us-east-1"), (ProviderType.GCP, "europe-west1"))
    accounts = [_account(world, *place) for place in places]
    scene = Scene(
        services=world.services,
        tenant="acme",
        now=NOW,
        book=rule_book(RuleEdits()),
        accounts={one.id: one for one in accounts},
        everything=list(records),
        usages={},
        prices=Prices(world.services, world.services.ledger("acme")),
    )
    find = {
        Kind.RELOCATE: relocate.find,
        Kind.STOPPED_VM: unused.stopped_vms,
        Kind.UNATTACHED_VOLUME: unused.volumes,
        Kind.OLD_SNAPSHOT: unused.snapshots,
        Kind.OLD_IMAGE: unused.images,
    }[kind]
    return list(find(scene, rule or _rule(kind)))


VM, VOLUME = ResourceKind.VM, ResourceKind.VOLUME
SNAPSHOT, IMAGE = ResourceKind.SNAPSHOT, ResourceKind.IMAGE


ANY = {"min_saving_percent": 0, "max_payback_months": 1000}


def _any_saving() -> Rule:
    return _rule(Kind.RELOCATE).model_copy(update={"thresholds": ANY})


def _dear() -> list[ResourceRecord]:
    large = {**SIZE, "vcpus": 2, "memory_mib": 4096, "instance_type": "m7i.2xlarge"}
    disk = _record(VOLUME, "vol-1", document={"size_gib": 100})
    return [_record(VM, "i-1", document=large), disk]


def test_elsewhere_has_its_price_its_egress_and_its_payback(world: World) -> None:
    [found] = _found(world, Kind.RELOCATE, *_dear(), rule=_any_saving())
    assert found.apply is None
    assert "--to gcp --region europe-west1" in found.detail
    assert "100 GiB leave once for 9.00 USD" in found.detail
    [payback] = found.evidence
    assert found.saving.monthly is not None
    assert payback.observed == pytest.approx(9 / float(found.saving.monthly), abs=0.01)
    assert _found(world, Kind.RELOCATE, *_dear()) != []
    assert "e2-medium" not in found.detail, "its CPU is earned, that of what it replaces is not"


def test_what_is_not_paid_back_soon_stays(world: World) -> None:
    thresholds = {"min_saving_percent": 0, "max_payback_months": 0.001}
    rule = _rule(Kind.RELOCATE).model_copy(update={"thresholds": thresholds})
    assert _found(world, Kind.RELOCATE, *_dear(), rule=rule) == []


def test_sovereignty_rules_hold(world: World) -> None:
    rules = SovereigntyPolicy.model_validate({"rules": [{"name": "home", "outside": ["us"]}]})
    keep_policy(world.services, "acme", rules)
    assert _found(world, Kind.RELOCATE, *_dear(), rule=_any_saving()) == []


def test_old_snapshots_and_images_that_nothing_uses(world: World) -> None:
    ready: dict[str, Any] = {"state": "ready", "days": 100}
    used = _record(VM, "i-1", document={**SIZE, "image_id": "ami-used"})
    here = _record(VOLUME, "vol-2", state="attached")
    records = [
        used,
        here,
        _record(SNAPSHOT, "of-a-vms-disk", **ready, document={"volume_id": "vol-1"}),
        _record(SNAPSHOT, "of-a-volume", **ready, document={"volume_id": "vol-2"}),
        _record(SNAPSHOT, "orphan", **ready, document={"volume_id": "vol-gone"}),
        _record(SNAPSHOT, "young", state="ready", days=10, document={"volume_id": "vol-gone"}),
        _record(IMAGE, "ami-used", **ready),
        _record(IMAGE, "ami-old", **ready),
    ]
    snapshots = _found(world, Kind.OLD_SNAPSHOT, *records)
    assert [one.record.name for one in snapshots] == ["orphan"]
    images = _found(world, Kind.OLD_IMAGE, *records)
    assert [one.record.name for one in images] == ["ami-old"]
    assert all(one.revert is None for one in snapshots + images)


def test_a_vm_that_keeps_its_host_bills_at_once(world: World) -> None:
    shut = _record(VM, "i-1", state="stopped", document={**SIZE, "bills_compute": True})
    off = _record(VM, "i-2", state="stopped", document={**SIZE, "bills_compute": False})
    [found] = _found(world, Kind.STOPPED_VM, shut, off)
    assert (found.record.id, found.apply and found.apply.operation) == ("vm-i-1", "vm.stop")
    assert found.saving.monthly == Decimal("73.58")


def test_a_disk_that_is_not_on_the_bill_has_its_list_price(world: World) -> None:
    told = {"size_gib": 80, "volume_class": "balanced"}
    volume = _record(VOLUME, "vol-9", state="available", days=16, document=told)
    [found] = _found(world, Kind.UNATTACHED_VOLUME, volume)
    assert (found.saving.monthly, found.saving.unknown) == (Decimal("6.40"), [])
    gone = {"size_gib": 10, "volume_id": "vol-gone"}
    snapshot = _record(SNAPSHOT, "snap-1", state="ready", days=100, document=gone)
    [kept] = _found(world, Kind.OLD_SNAPSHOT, snapshot)
    assert kept.saving.monthly == Decimal("0.50")
    image = _record(IMAGE, "ami-1", state="ready", days=100)
    [unpriced] = _found(world, Kind.OLD_IMAGE, image)
    assert (unpriced.saving.monthly, unpriced.saving.unknown) == (None, ["price"])


def test_news_of_a_tag_does_not_make_a_detached_disk_young(world: World) -> None:
    """By its record it changed two days ago; by its history it was detached twenty days ago."""
    stored = _record(VOLUME, "vol-9", state="attached", days=40, document={"size_gib": 80})
    _account(world, ProviderType.AWS, "us-east-1")
    world.services.store.adopt(stored, ProviderType.AWS)
    for days, state, tags in ((20, "available", {}), (2, "available", {"seen": "yes"})):
        told = {"size_gib": 80, "tags": tags}
        at = NOW - timedelta(days=days)
        update = {"state": state, "observed_at": at, "document": told}
        stored = world.services.store.save_resource(
            stored.model_copy(update=update), ProviderType.AWS
        )
    [found] = _found(world, Kind.UNATTACHED_VOLUME, stored)
    assert found.evidence[0].observed == 20 * 24
    young = _rule(Kind.UNATTACHED_VOLUME).model_copy(update={"window_hours": 21 * 24})
    assert _found(world, Kind.UNATTACHED_VOLUME, stored, rule=young) == []


def test_the_saving_is_what_was_billed(world: World, tmp_path: Path) -> None:
    world.services.cost_store = f"file://{tmp_path}/costs"
    account = _account(world, ProviderType.AWS, "us-east-1")
    rows = [row((NOW - timedelta(days=n)).date(), "0.24", ResourceId="vol-9") for n in (2, 3, 4)]
    bills = Bills(rows)
    import_delivery(world.services, account, bills, bills.delivery("1", NOW))
    volume = _record(VOLUME, "vol-9", state="available", days=16, document={"size_gib": 80})
    [found] = _found(world, Kind.UNATTACHED_VOLUME, volume)
    assert (found.saving.monthly, found.saving.currency) == (Decimal("7.30"), "USD")
    assert found.saving.unknown == []
