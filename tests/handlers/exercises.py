"""For each deployed function, one exercise that uses every permission it declares."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import boto3

from novacron.agent.identity import new_key
from novacron.catalog import live, snapshot
from novacron.models.account import ProviderType
from novacron.models.bandwidth import Bandwidth
from novacron.models.operation import OperationKind as Kind
from novacron.models.operation import ResourceKind
from novacron.models.rate_card import RateCard
from novacron.models.vm import VmSpec
from novacron.models.volume import VolumeSpec
from novacron.operations.accounts import limit_account
from novacron.settings import settings
from novacron.store.rate_cards import RateCards
from novacron.tenancy.agents import sign
from novacron.tenancy.principal import Principal, Role
from tests.agents import enrolled, serve
from tests.api import call
from tests.billing_catalog import KEY, billing_catalog, sku, small_gcp
from tests.handlers import advising, budgeting, foreseeing, moving, spending
from tests.handlers.stage import (
    ACCOUNT,
    ADMIN,
    AUDIENCE,
    AWS,
    AZURE,
    REGION,
    SECRET,
    SETTINGS,
    Stage,
)
from tests.price_api import item, price_api, small_snapshot
from tests.price_list import price_list, small_aws, vm
from tests.roles import PRICES_SECRET

Exercise = Callable[[Stage], None]
VM = VmSpec(name="web", region=REGION, image="ami-03cf127a", instance_type="t3.micro")
VOLUME = VolumeSpec(name="data", region=REGION, size_gib=1)
OWN = "acc-own"
CARD = {
    "currency": "EUR",
    "flat": {"vcpu_hour": "0.01", "memory_gib_hour": "0.002", "storage_gib_hour": "0.0001"},
}
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
    keyless = {"name": "other", "type": "azure", "settings": AZURE, "secret": AUDIENCE}
    stage.http("POST", "/accounts", 400, keyless, key="keyless")


def delete_account(stage: Stage) -> None:
    stage.http("DELETE", f"/accounts/{ACCOUNT}", 200, key="first")
    stage.http("DELETE", f"/accounts/{ACCOUNT}", 404, key="second")


def rotate(stage: Stage) -> None:
    """A credential that works, and one that is refused; Azure's is a word for our own token."""
    stage.http("POST", f"/accounts/{ACCOUNT}/rotate", 200, {"secret": SECRET}, key="first")
    body = {"secret": AUDIENCE}
    stage.http("POST", f"/accounts/{stage.on_azure().account}/rotate", 400, body, key="second")


def validate(stage: Stage) -> None:
    for at in stage.everywhere():
        stage.http("POST", f"/accounts/{at.account}/validate", 200, key=at.account)
    stage.http("POST", "/accounts/acc-none/validate", 404, key="none")


def health(stage: Stage) -> None:
    stage.everywhere()
    stage.http("GET", "/health", 200)


def get_operation(stage: Stage) -> None:
    made = stage.submit(Kind.VOLUME_CREATE, VOLUME)
    stage.http("GET", f"/operations/{made.id}", 200)


def console(stage: Stage) -> None:
    aws, agent, azure = stage.everywhere()
    spec = VM.model_copy(update={"region": agent.region, "image": "debian-12"})
    hosted = stage.hosts.create_vm(spec, stage.owner("op-" + "b" * 20))
    made = ((aws, stage.instance(), 200), (agent, hosted.id, 503), (azure, "web", 401))
    for at, native, status in made:
        vm = stage.record(ResourceKind.VM, native, at)
        stage.http("GET", f"/vms/{vm}/console", status)
    serve(stage.agent)
    stage.http("GET", "/vms/vm-agent/console", 200)


def assess(stage: Stage) -> None:
    """From AWS to an agent's hosts, which answer later, and to Azure, which turns us down."""
    _, agent, azure = stage.everywhere()
    vm = stage.record(ResourceKind.VM, stage.instance())

    def ask(status: int, account: str, region: str) -> None:
        body = {"vm_id": vm, "spec": {"account_id": account, "region": region}}
        stage.http("POST", "/migrations:assess", status, body)

    ask(503, agent.account, agent.region)
    serve(stage.agent)
    ask(200, agent.account, agent.region)
    ask(200, azure.account, azure.region)


def put_sovereignty(stage: Stage) -> None:
    """Once with success, and once with an account that is not there."""
    rules = {"rules": [{"name": "stay", "outside": ["eu"]}]}
    stage.http("PUT", "/sovereignty", 200, rules, key="first")
    stage.http("PUT", "/sovereignty", 404, {"own_sites": {"acc-none": ["eu"]}}, key="second")


def _own_hosts(stage: Stage) -> None:
    """An account with a rate card."""
    store = stage.services.store
    store.save_account(stage.account(id=OWN, name="own", type=ProviderType.MEMORY))
    card = RateCard.model_validate(CARD)
    RateCards(store.table).save("acme", OWN, card, stage.world.clock())


def put_rate_card(stage: Stage) -> None:
    """Once with success, and once with an account that is not there."""
    _own_hosts(stage)
    stage.http("PUT", f"/accounts/{OWN}/rate-card", 200, CARD, key="first")
    stage.http("PUT", "/accounts/acc-none/rate-card", 404, CARD, key="second")


def put_bandwidth(stage: Stage) -> None:
    """Once with success, and once of an account that is not there."""
    limit = {"max_mbit_per_second": 100}
    stage.http("PUT", f"/accounts/{ACCOUNT}/bandwidth", 200, limit, key="first")
    stage.http("PUT", "/accounts/acc-none/bandwidth", 404, limit, key="second")


def get_rate_card(stage: Stage) -> None:
    _own_hosts(stage)
    stage.http("GET", f"/accounts/{OWN}/rate-card", 200)


def estimate(stage: Stage) -> None:
    """At list price, and by an account's rate card."""
    spending.live_prices(stage)
    _own_hosts(stage)
    vm = {"spec": {"name": "a", "region": "eu-west-1", "image": "x", "vcpus": 2}}
    stage.http("POST", "/estimates", 200, {"provider": "aws", "vms": [vm]})
    stage.http("POST", "/estimates", 200, {"account_id": OWN, "vms": [vm]})


def refresh_prices(stage: Stage) -> None:
    """From an older snapshot that was refreshed before, small enough for a small answer."""
    stage.services.cost_store = f"file://{stage.folder}/costs"
    snapshot.forget()
    live.forget()
    live.publish(stage.services.costs, ProviderType.AZURE, small_snapshot("2999-01-01"))
    with price_api() as api:
        api.items = [item("Virtual Machines", region, 0.1) for region in ("eastus", "westeurope")]
        with patch.dict(os.environ, NOVACRON_AZURE_PRICES=api.url):
            settings.cache_clear()
            stage.invoke("functions.schedules.refresh_prices", {})
    settings.cache_clear()
    snapshot.forget()


def refresh_aws_prices(stage: Stage) -> None:
    """From a small snapshot, whose other region AWS does not tell."""
    stage.services.cost_store = f"file://{stage.folder}/costs"
    snapshot.forget()
    live.forget()
    live.publish(stage.services.costs, ProviderType.AWS, small_aws("2999-01-01"))
    with price_list() as told:
        told.rows = {"us-east-1": [vm("us-east-1", "m5.large", "0.1")]}
        with patch.dict(os.environ, NOVACRON_AWS_PRICES=told.index):
            settings.cache_clear()
            stage.invoke("functions.schedules.refresh_aws_prices", {})
    settings.cache_clear()
    snapshot.forget()


def refresh_gcp_prices(stage: Stage) -> None:
    stage.services.cost_store = f"file://{stage.folder}/costs"
    snapshot.forget()
    live.forget()
    live.publish(stage.services.costs, ProviderType.GCP, small_gcp("2999-01-01"))
    secret = json.dumps({"api_key": KEY})
    boto3.client("secretsmanager").create_secret(Name=PRICES_SECRET, SecretString=secret)
    with billing_catalog() as api:
        api.skus = [sku("Micro Instance with burstable CPU running in Americas", "0.0076")]
        told = {"NOVACRON_GOOGLE_PRICES": api.url, "NOVACRON_GOOGLE_PRICES_SECRET": PRICES_SECRET}
        with patch.dict(os.environ, told):
            settings.cache_clear()
            stage.invoke("functions.schedules.refresh_gcp_prices", {})
    settings.cache_clear()
    snapshot.forget()


def search_prices(stage: Stage) -> None:
    spending.live_prices(stage)
    stage.http("POST", "/prices:search", 200, {"vcpus": 2, "regions": ["eu-west-1"]})


def authorizer(stage: Stage) -> None:
    me = enrolled()
    token = sign(me.key, me.tenant, me.agent_id, datetime.now(UTC), "1")
    arn = "arn:aws:execute-api:us-east-1:1:a/v1/POST/agents"
    event = {"methodArn": arn, "headers": {"Authorization": f"Bearer {token}"}}
    stage.invoke("functions.system.authorizer", event)


def create_agent(stage: Stage) -> None:
    stage.http("POST", "/agents", 201, {"name": "rack"})


def enroll(stage: Stage) -> None:
    token = call(ADMIN, "POST", "/agents", {"name": "rack"}, key="k").body["token"]
    stage.http("POST", "/agents/enroll", 200, {"token": token, "public_key": new_key()[1]})


def get_agent(stage: Stage) -> None:
    stage.http("GET", f"/agents/{enrolled().agent_id}", 200)


def delete_agent(stage: Stage) -> None:
    path = f"/agents/{enrolled().agent_id}"
    stage.http("DELETE", path, 200, key="first")
    stage.http("DELETE", path, 404, key="second")


def serving(path: str, body: dict[str, Any] | None) -> Callable[..., None]:
    """A request of an agent about itself, and the same of a person, which is audited."""

    def exercise(stage: Stage, name: str = "rack") -> None:
        me = enrolled(name)
        who = Principal(tenant=me.tenant, subject=me.agent_id, roles=frozenset({Role.AGENT}))
        stage.http("POST", path.format(id=me.agent_id), 200, body, who=who)
        stage.http("POST", path.format(id=me.agent_id), 403, body)

    return exercise


def check_quota(stage: Stage) -> None:
    for at in stage.everywhere():
        stage.step("check_quota", stage.submit(Kind.VM_CREATE, VM, at), at.refuses)


def perform(stage: Stage) -> None:
    for at in stage.everywhere():
        stage.step("perform", stage.submit(Kind.VOLUME_CREATE, VOLUME, at), at.refuses)


def observe(stage: Stage) -> None:
    aws, agent, azure = stage.everywhere()
    for at in (aws, agent):
        made = stage.submit(Kind.VOLUME_CREATE, VOLUME, at)
        stage.step("perform", made)
        stage.step("observe", made)
    volume = stage.record(ResourceKind.VOLUME, at=azure)
    stage.step("observe", stage.change(Kind.VOLUME_DELETE, volume), fails=True)


def record(stage: Stage) -> None:
    volume = stage.record(ResourceKind.VOLUME)
    stage.step("record", stage.change(Kind.VOLUME_DELETE, volume))
    budgeting.budget(stage)
    vm = budgeting.held(stage)
    stage.step("record", stage.change(Kind.VM_DELETE, vm))


def compensate(stage: Stage) -> None:
    for at in stage.everywhere():
        made = stage.submit(Kind.VOLUME_CREATE, VOLUME, at)
        stage.step("perform", made, at.refuses)
        stage.step("compensate", made, at.refuses, Error="NoCapacity", Cause="")
    budgeting.budget(stage)
    made = stage.submit(Kind.VM_CREATE, VM)
    stage.step("compensate", made, Error="NoCapacity", Cause="")


def reconcile(stage: Stage) -> None:
    """A VM's create, another change, a move and a wave whose executions never were; a stray
    volume."""
    stage.submit(Kind.VM_CREATE, VM)
    volume = stage.record(ResourceKind.VOLUME)
    stage.change(Kind.VOLUME_DELETE, volume)
    stage.record(ResourceKind.VM)
    moving.begun_wave(stage, stage.moving(AWS, stage.on_azure()))
    stage.lose_executions()
    stage.cloud().create_volume(VOLUME, stage.owner("op-" + "a" * 32))
    stage.world.clock.at += timedelta(minutes=5)
    stage.on_agent()
    stage.forget_adapter()
    stage.invoke("functions.schedules.reconcile", {})
    serve(stage.agent)
    stage.invoke("functions.schedules.reconcile", {})


def rotate_credentials(stage: Stage) -> None:
    stage.key_account()
    stage.world.clock.at += timedelta(days=90)
    stage.invoke("functions.schedules.rotate_credentials", {})


def state_change(stage: Stage) -> None:
    stage.record(ResourceKind.VM, "i-0123456789abcdef0")
    event = {
        "region": REGION,
        "time": "2030-01-01T00:00:00Z",
        "detail": {"instance-id": "i-0123456789abcdef0", "state": "running"},
    }
    stage.invoke("functions.events.ec2_state_change", event)


def objects(stage: Stage) -> None:
    for method in ("get", "put"):
        body = {"method": method, "paths": [f"acme/packs/{0:016}/{0:016}"]}
        serving("/agents/{id}/objects", body)(stage, method)


def turns(stage: Stage) -> None:
    """Without a limit, and with one."""
    limit_account(stage.services, "acme", ACCOUNT, Bandwidth(max_mbit_per_second=100))
    for account in ("acc-other", ACCOUNT):
        body = {"line": {"migration_id": "mig-1", "account_id": account}, "size": 1}
        serving("/agents/{id}/turns", body)(stage, account)


def transfer_key(stage: Stage) -> None:
    """It is made, and read by another process."""
    for name in ("first", "second"):
        stage.services.__dict__.pop("stores", None)
        serving("/agents/{id}/transfer-key", None)(stage, name)


SPEC = {"account_id": ACCOUNT, "spec": VM.model_dump(mode="json")}
DISK = {"account_id": ACCOUNT, "spec": VOLUME.model_dump(mode="json")}
POLL = {"health": {"healthy": True, "detail": "well"}}
RESULTS = {"items": [{"id": "0" * 32, "slot": "1" * 32, "outcome": {"value": 1}}]}
NET = {"account_id": ACCOUNT, "spec": NETWORK}
LEAF = {"digest": "A" * 43 + "=", "pack": "0" * 32, "offset": 0, "length": 1}
CHUNKS = {"find": [LEAF["digest"]], "add": [LEAF]}

EXERCISES: dict[str, Exercise] = {
    "accounts.create": create_account,
    "accounts.delete": delete_account,
    "accounts.get": reading(f"/accounts/{ACCOUNT}"),
    "accounts.list": reading("/accounts"),
    "accounts.rotate": rotate,
    "accounts.validate": validate,
    "agents.chunks": serving("/agents/{id}/chunks", CHUNKS),
    "agents.create": create_agent,
    "agents.delete": delete_agent,
    "agents.enroll": enroll,
    "agents.get": get_agent,
    "agents.list": reading("/agents"),
    "agents.objects": objects,
    "agents.poll": serving("/agents/{id}/poll", POLL),
    "agents.results": serving("/agents/{id}/results", RESULTS),
    "agents.transfer_key": transfer_key,
    "agents.turns": turns,
    "audit.list": reading("/audit"),
    "audit.verify": reading("/audit/verify"),
    "events.ec2_state_change": state_change,
    "images.create": creating(
        "/images", {"name": "i", "snapshot_id": "snapshot-1"}, ResourceKind.SNAPSHOT
    ),
    "operations.get": get_operation,
    "operations.list": reading("/operations"),
    "migrations.assess": assess,
    "sovereignty.get": reading("/sovereignty"),
    "sovereignty.put": put_sovereignty,
    "accounts.get_bandwidth": reading(f"/accounts/{ACCOUNT}/bandwidth"),
    "accounts.get_rate_card": get_rate_card,
    "accounts.put_bandwidth": put_bandwidth,
    "accounts.put_rate_card": put_rate_card,
    "schedules.refresh_prices": refresh_prices,
    "schedules.refresh_aws_prices": refresh_aws_prices,
    "schedules.refresh_gcp_prices": refresh_gcp_prices,
    "estimates.create": estimate,
    "prices.search": search_prices,
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
    "system.health": health,
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
for _more in (advising, budgeting, foreseeing, moving, spending):
    EXERCISES |= _more.EXERCISES
