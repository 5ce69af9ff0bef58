"""For each deployed function, one exercise that uses every permission it declares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from novacron.models.operation import OperationKind as Kind
from novacron.models.operation import ResourceKind
from novacron.models.vm import VmSpec
from novacron.models.volume import VolumeSpec
from tests.handlers.stage import ACCOUNT, REGION, SECRET, SETTINGS, Stage

Exercise = Callable[[Stage], None]
VM = VmSpec(name="web", region=REGION, image="ami-03cf127a", instance_type="t3.micro")
VOLUME = VolumeSpec(name="data", region=REGION, size_gib=1)
SUBNETS = [{"name": "a", "cidr": "10.0.1.0/24"}]
NETWORK = {"name": "net", "region": REGION, "cidr": "10.0.0.0/16", "subnets": SUBNETS}


def reading(path: str, kind: ResourceKind | None = None) -> Exercise:
    def exercise(stage: Stage) -> None:
        if kind is not None:
            stage.record(kind)
        stage.http("GET", path, 200)

    return exercise


def creating(path: str, body: dict[str, Any], of: ResourceKind | None = None) -> Exercise:
    """Once with success, and once over quota: a failure gives its idempotency key back."""

    def exercise(stage: Stage) -> None:
        stage.services.quotas.update(dict.fromkeys(stage.services.quotas, 1))
        if of is not None:
            stage.record(of)
        stage.http("POST", path, 202, body, key="first")
        stage.http("POST", path, 403, body, key="second")

    return exercise


def changing(method: str, path: str, kind: ResourceKind, body: Any = None) -> Exercise:
    """Once with success, and once against the lock that the first has taken."""

    def exercise(stage: Stage) -> None:
        url = path.format(id=stage.record(kind))
        stage.http(method, url, 202, body, key="first")
        stage.http(method, url, 409, body, key="second")

    return exercise


def create_account(stage: Stage) -> None:
    body = {"name": "prod", "type": "aws", "settings": SETTINGS, "secret": SECRET}
    stage.http("POST", "/accounts", 201, body, key="first")
    stage.http("POST", "/accounts", 201, body, key="again")
    stage.http("POST", "/accounts", 409, {**body, "settings": {"region": "eu-west-1"}}, key="other")


def on_account(method: str, path: str, body: Any = None) -> Exercise:
    def exercise(stage: Stage) -> None:
        stage.http(method, path.format(id=ACCOUNT), 200, body, key="first")
        stage.http(method, path.format(id="acc-none"), 404, body, key="second")

    return exercise


def get_operation(stage: Stage) -> None:
    made = stage.submit(Kind.VOLUME_CREATE, VOLUME, "k")
    stage.http("GET", f"/operations/{made.id}", 200)


def console(stage: Stage) -> None:
    vm = stage.record(ResourceKind.VM, stage.instance())
    stage.http("GET", f"/vms/{vm}/console", 200)


def authorizer(stage: Stage) -> None:
    event = {"methodArn": "arn:aws:execute-api:us-east-1:1:a/v1/GET/vms", "headers": {}}
    stage.invoke("functions.system.authorizer", event, fails=True)


def check_quota(stage: Stage) -> None:
    stage.step("check_quota", stage.submit(Kind.VM_CREATE, VM, "k"))


def perform(stage: Stage) -> None:
    stage.step("perform", stage.submit(Kind.VOLUME_CREATE, VOLUME, "k"))


def observe(stage: Stage) -> None:
    made = stage.submit(Kind.VOLUME_CREATE, VOLUME, "k")
    stage.step("perform", made)
    stage.step("observe", made)


def record(stage: Stage) -> None:
    volume = stage.record(ResourceKind.VOLUME)
    stage.step("record", stage.change(Kind.VOLUME_DELETE, volume, "k"))


def compensate(stage: Stage) -> None:
    made = stage.submit(Kind.VOLUME_CREATE, VOLUME, "k")
    stage.step("perform", made)
    stage.step("compensate", made, Error="NoCapacity", Cause="")


def reconcile(stage: Stage) -> None:
    """A VM's create and another change whose executions never were, and a stray volume."""
    stage.submit(Kind.VM_CREATE, VM, "vm")
    volume = stage.record(ResourceKind.VOLUME)
    stage.change(Kind.VOLUME_DELETE, volume, "volume")
    stage.lose_executions()
    stage.cloud().create_volume(VOLUME, stage.owner("op-" + "a" * 32))
    stage.world.clock.at += timedelta(minutes=5)
    stage.forget_adapter()
    stage.invoke("functions.schedules.reconcile", {})


def rotate_credentials(stage: Stage) -> None:
    stage.key_account()
    stage.world.clock.at += timedelta(days=90)
    stage.invoke("functions.schedules.rotate_credentials", {})


def state_change(stage: Stage) -> None:
    stage.record(ResourceKind.VM, "i-0123456789abcdef0")
    event = {
        "time": "2030-01-01T00:00:00Z",
        "detail": {"instance-id": "i-0123456789abcdef0", "state": "running"},
    }
    stage.invoke("functions.events.ec2_state_change", event)


SPEC = {"account_id": ACCOUNT, "spec": VM.model_dump(mode="json")}
DISK = {"account_id": ACCOUNT, "spec": VOLUME.model_dump(mode="json")}
NET = {"account_id": ACCOUNT, "spec": NETWORK}

EXERCISES: dict[str, Exercise] = {
    "accounts.create": create_account,
    "accounts.delete": on_account("DELETE", "/accounts/{id}"),
    "accounts.get": reading(f"/accounts/{ACCOUNT}"),
    "accounts.list": reading("/accounts"),
    "accounts.rotate": on_account("POST", "/accounts/{id}/rotate", {"secret": SECRET}),
    "accounts.validate": on_account("POST", "/accounts/{id}/validate"),
    "audit.list": reading("/audit"),
    "audit.verify": reading("/audit/verify"),
    "events.ec2_state_change": state_change,
    "images.create": creating(
        "/images", {"name": "i", "snapshot_id": "snapshot-1"}, ResourceKind.SNAPSHOT
    ),
    "operations.get": get_operation,
    "operations.list": reading("/operations"),
    "networks.create": creating("/networks", NET),
    "schedules.reconcile": reconcile,
    "schedules.rotate_credentials": rotate_credentials,
    "snapshots.create": creating(
        "/snapshots", {"name": "s", "volume_id": "volume-1"}, ResourceKind.VOLUME
    ),
    "steps.check_quota": check_quota,
    "steps.compensate": compensate,
    "steps.observe": observe,
    "steps.perform": perform,
    "steps.record": record,
    "system.authorizer": authorizer,
    "system.health": reading("/health"),
    "system.openapi": lambda stage: stage.http("GET", "/openapi.json", 404),
    "system.providers": reading("/providers"),
    "vms.console": console,
    "vms.create": creating("/vms", SPEC),
    "vms.resize": changing(
        "POST", "/vms/{id}/resize", ResourceKind.VM, {"vcpus": 2, "memory_mib": 512}
    ),
    "vms.restart": changing("POST", "/vms/{id}/restart", ResourceKind.VM),
    "vms.start": changing("POST", "/vms/{id}/start", ResourceKind.VM),
    "vms.stop": changing("POST", "/vms/{id}/stop", ResourceKind.VM, {}),
    "volumes.attach": changing(
        "POST", "/volumes/{id}/attach", ResourceKind.VOLUME, {"vm_id": "vm-1"}
    ),
    "volumes.create": creating("/volumes", DISK),
    "volumes.detach": changing("POST", "/volumes/{id}/detach", ResourceKind.VOLUME),
    "volumes.resize": changing(
        "POST", "/volumes/{id}/resize", ResourceKind.VOLUME, {"size_gib": 2}
    ),
}
for _kind in ResourceKind:
    _area = f"{_kind.value}s"
    EXERCISES[f"{_area}.list"] = reading(f"/{_area}")
    EXERCISES[f"{_area}.get"] = reading(f"/{_area}/{_kind.value}-1", _kind)
    EXERCISES[f"{_area}.delete"] = changing("DELETE", f"/{_area}/{{id}}", _kind)
