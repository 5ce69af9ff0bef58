"""Exercises of the functions that advise, and carry advice out."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from unittest.mock import patch

from novacron.models.course import Course, Direction, Step
from novacron.models.operation import OperationKind, ResourceKind
from novacron.models.power import PowerRecord, PowerSchedule
from novacron.models.recommendation import (
    Action,
    Confidence,
    Recommendation,
    RecommendationKind,
    RecommendationState,
)
from novacron.operations.services import Services
from novacron.providers.aws.spot_advisor import SETTING
from novacron.store.power import PowerStore
from novacron.store.recommendations import AdviceStore
from tests.agents import serve
from tests.handlers.spending import live_prices, spend
from tests.handlers.stage import ACCOUNT, Place, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

State = RecommendationState
ADVICE = "rec-" + "1" * 20
WHOLE_DAY = PowerSchedule(days=list(range(7)), start=0, end=1440)


def advice(services: Services, kind: RecommendationKind, resource: str, **told: object) -> None:
    """A recommendation that was found before."""
    now = services.now()
    found = {
        "id": ADVICE,
        "tenant": "acme",
        "kind": kind,
        "rule": kind.value,
        "reference": "https://example.com",
        "account_id": ACCOUNT,
        "resource_id": resource,
        "resource_name": "ours",
        "title": "t",
        "detail": "d",
        "saving": Decimal(1),
        "currency": "USD",
        "formula": "f",
        "confidence": Confidence.HIGH,
        "risk": "r",
        "found_at": now,
        "updated_at": now,
    }
    AdviceStore(services.store.table).save(Recommendation.model_validate(found | told), None)


def _volume(stage: Stage, state: State = State.OPEN) -> None:
    volume = stage.record(ResourceKind.VOLUME)
    action = Action(operation="volume.delete", resource_id=volume)
    kind = RecommendationKind.UNATTACHED_VOLUME
    advice(stage.services, kind, volume, apply=action, revert=action, state=state)


def get(stage: Stage) -> None:
    _volume(stage)
    stage.http("GET", f"/recommendations/{ADVICE}", 200)


def steer(verb: str, state: State, status: int) -> Callable[[Stage], None]:
    """Once with success, and once in a state that forbids it."""

    def exercise(stage: Stage) -> None:
        _volume(stage, state)
        stage.http("POST", f"/recommendations/{ADVICE}/{verb}", status, key="first")
        wrong = 200 if verb == "dismiss" else 409
        stage.http("POST", f"/recommendations/{ADVICE}/{verb}", wrong, key="second")
        stage.http("POST", f"/recommendations/rec-none/{verb}", 404, key="third")

    return exercise


def apply(stage: Stage) -> None:
    """Also an address: of AWS, and of Azure, which turns us down."""
    steer("apply", State.OPEN, 202)(stage)
    aws, _, azure = stage.everywhere()
    address = stage.cloud().ec2(aws.region).allocate_address(Domain="vpc")["AllocationId"]
    for at, native, status in ((aws, address, 202), (azure, "kept", 401)):
        name = f"rec-{at.account}"
        told = {"id": name, "account_id": at.account, "state": State.OPEN}
        action = Action(operation="address.release", resource_id=native)
        kind = RecommendationKind.UNUSED_ADDRESS
        advice(stage.services, kind, native, apply=action, **told)
        stage.http("POST", f"/recommendations/{name}/apply", 400, key=f"{name} asks")
        stage.forget_adapter()
        confirmed = {"confirm": "ours"}
        stage.http("POST", f"/recommendations/{name}/apply", status, confirmed, key=name)


def revert(stage: Stage) -> None:
    """A VM that was stopped: its start is held against budgets."""
    vm = stage.record(ResourceKind.VM)
    stop, start = (Action(operation=f"vm.{verb}", resource_id=vm) for verb in ("stop", "start"))
    kind = RecommendationKind.IDLE_VM
    advice(stage.services, kind, vm, apply=stop, revert=start, state=State.APPLIED)
    stage.http("POST", f"/recommendations/{ADVICE}/revert", 202, key="first")
    stage.http("POST", f"/recommendations/{ADVICE}/revert", 409, key="second")
    stage.http("POST", "/recommendations/rec-none/revert", 404, key="third")


def put_rules(stage: Stage) -> None:
    stage.http("PUT", "/recommendations/rules", 200, {"excluded_tags": ["keep"]}, key="first")
    wrong = {"rules": {"idle-vm": {"thresholds": {"none": 1}}}}
    stage.http("PUT", "/recommendations/rules", 400, wrong, key="second")


def recommend(stage: Stage) -> None:
    """Of VMs that run at AWS, where they may be spot, at an agent's hosts and at Azure, which turns
    us down, and of a volume that is on the bill and attached to nothing."""
    _forgotten(stage)
    spend(stage.services, stage.account(), stage.folder)
    live_prices(stage)
    aws, agent, azure = stage.everywhere()
    _running(stage, aws, stage.instance(), instance_type="m5.large")
    for at, native in ((agent, "vm-00000001"), (azure, "web")):
        _running(stage, at, native)
    stage.forget_adapter()
    with patch.dict(os.environ, {SETTING: ""}):
        stage.invoke("functions.schedules.recommend", {})
        serve(stage.agent)
        stage.invoke("functions.schedules.recommend", {})


def _forgotten(stage: Stage) -> None:
    store = stage.services.store
    volume = store.resource("acme", ResourceKind.VOLUME, stage.record(ResourceKind.VOLUME))
    since = {"state": "available", "observed_at": volume.observed_at - timedelta(days=20)}
    store.save_resource(volume.model_copy(update=since), stage.account().type)
    stage.world.clock.at += timedelta(days=2)


def _running(stage: Stage, at: Place, native: str, **told: str) -> None:
    store = stage.services.store
    record = store.resource("acme", ResourceKind.VM, stage.record(ResourceKind.VM, native, at))
    tags = {"power": "mon-sun 00:00-23:59", "role": "batch"}
    document = {"vcpus": 1, "memory_mib": 1024, "tags": tags, **told}
    running = record.model_copy(update={"state": "running", "document": document})
    store.save_resource(running, store.account("acme", at.account).type)


def carry_out(stage: Stage) -> None:
    """A course that begins, one that has ended, and a VM that is to be started."""
    vm = stage.record(ResourceKind.VM)
    power = PowerRecord(tenant="acme", vm_id=vm, schedule=WHOLE_DAY)
    PowerStore(stage.services.store.table).save(power)
    _volume(stage)
    store = AdviceStore(stage.services.store.table)
    found = store.get("acme", ADVICE)
    snapshot = {"name": "kept", "volume_id": "vol-0123456789abcdef0"}
    kind = OperationKind.SNAPSHOT_CREATE
    course = Course(
        id=ADVICE,
        tenant="acme",
        subject="root",
        direction=Direction.APPLY,
        round=0,
        account_id=ACCOUNT,
        steps=[Step(operation=kind, resource_id=found.resource_id, body=snapshot)],
    )
    applying = found.model_copy(update={"state": State.APPLYING})
    store.save(applying, found, course)
    done = Course.model_validate({**course.model_dump(), "id": "rec-done", "position": 1})
    store.save(applying.model_copy(update={"id": "rec-done"}), None, done)
    stage.world.clock.at += timedelta(minutes=1)
    stage.invoke("functions.schedules.carry_out", {})


def reading(path: str) -> Callable[[Stage], None]:
    return lambda stage: stage.http("GET", path, 200)


EXERCISES: dict[str, Callable[[Stage], None]] = {
    "recommendations.list": reading("/recommendations"),
    "recommendations.get": get,
    "recommendations.apply": apply,
    "recommendations.revert": revert,
    "recommendations.dismiss": steer("dismiss", State.OPEN, 200),
    "recommendations.commitments": reading("/recommendations/commitments"),
    "recommendations.rules": reading("/recommendations/rules"),
    "recommendations.put_rules": put_rules,
    "schedules.recommend": recommend,
    "schedules.carry_out": carry_out,
}
