"""The event functions of other clouds, in the hosts that they run in there."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import azure.functions as func
import pytest
from functions_framework import create_app

from infra.azure import function_app
from novacron.models.account import ProviderType
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.runtime import aws, web_identity
from tests.world import World

AZURE = {"subscription_id": "SUB-1", "resource_group": "novacron"}
GCP = {"project": "novacron-1"}
(FUNCTION,) = function_app.app.get_functions()
ZONE = "europe-west1-b"
SOURCE = str(Path(__file__).parents[2] / "infra" / "gcp" / "main.py")


@pytest.fixture(autouse=True)
def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token fetched just now: nothing here may ask a cloud for one."""
    file = tmp_path / "identity.jwt"
    file.write_text("header.claims.signature")
    monkeypatch.setenv(web_identity.FILE, str(file))


def _stopped(
    world: World, monkeypatch: pytest.MonkeyPatch, provider: ProviderType, where: dict[str, str]
) -> ResourceRecord:
    """The record of a VM that its owner has stopped without us."""
    made = world.create_vm()
    world.run()
    record = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)
    name = str(record.provider_id)
    shown = name if provider is ProviderType.AZURE else f"{ZONE}/{name}"
    record = record.model_copy(update={"provider_id": shown})
    world.services.store.save_resource(record, provider)
    world.services.store.save_account(world.account.model_copy(update={"settings": where}))
    world.provider.stop_vm(name, force=True)
    monkeypatch.setattr(world.provider, "get_vm", _by_last_part(world.provider.get_vm))
    monkeypatch.setattr(world.services.providers, "of", lambda _: world.provider)
    for module in (function_app, aws):
        monkeypatch.setattr(module, "services", lambda: world.services)
    return record


def _by_last_part(get: Callable[[str], object]) -> Callable[[str], object]:
    return lambda vm_id: get(vm_id.rpartition("/")[2])


def _state(world: World, record: ResourceRecord) -> str:
    return world.services.store.resource("acme", ResourceKind.VM, record.id).state


def _azure_event(record: ResourceRecord, subscription: str, at: datetime) -> func.EventGridEvent:
    """https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions"""
    name = str(record.provider_id).upper()
    vm = f"/providers/Microsoft.Compute/virtualMachines/{name}"
    return func.EventGridEvent(
        id="1",
        topic=f"/subscriptions/{subscription}",
        subject=f"/subscriptions/{subscription}/resourceGroups/NOVACRON{vm}",
        event_type="Microsoft.Resources.ResourceActionSuccess",
        event_time=at,
        data={"operationName": "Microsoft.Compute/virtualMachines/deallocate/action"},
        data_version="2",
    )


def _run_azure(event: func.EventGridEvent) -> None:
    FUNCTION.get_user_function()(event)


def test_azure_functions_find_the_trigger() -> None:
    assert FUNCTION.get_bindings_dict()["bindings"][0]["type"] == "eventGridTrigger"


def test_azure_functions_look_at_the_vm_that_event_grid_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = _stopped(world, monkeypatch, ProviderType.AZURE, AZURE)
    later = record.observed_at + timedelta(seconds=5)
    _run_azure(_azure_event(record, "other", later))
    _run_azure(_azure_event(record, "sub-1", record.observed_at))
    assert _state(world, record) == "running"
    _run_azure(_azure_event(record, "sub-1", later))
    assert _state(world, record) == "stopped"


@pytest.mark.parametrize(("last", "state"), [(False, "running"), (True, "stopped")])
def test_google_cloud_functions_look_at_the_vm_that_the_audit_log_names(
    world: World, monkeypatch: pytest.MonkeyPatch, last: bool, state: str
) -> None:
    record = _stopped(world, monkeypatch, ProviderType.GCP, GCP)
    client = create_app("vm_changed", SOURCE, "cloudevent").test_client()
    name = f"projects/novacron-1/zones/{record.provider_id}".replace("/vm-", "/instances/vm-")
    at = record.observed_at + timedelta(seconds=5)
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
    entry = {
        "protoPayload": {"methodName": "v1.compute.instances.stop", "resourceName": name},
        "operation": {"id": "operation-1", "last": last},
        "timestamp": at.isoformat().replace("+00:00", "Z"),
    }
    reply = client.post(
        "/",
        json=entry,
        headers={
            "ce-id": "1",
            "ce-source": "//cloudaudit.googleapis.com/projects/novacron-1/logs/activity",
            "ce-specversion": "1.0",
            "ce-type": "google.cloud.audit.log.v1.written",
        },
    )
    assert reply.status_code == 200
    assert _state(world, record) == state


def test_a_token_is_fetched_again_only_when_it_is_old(tmp_path: Path) -> None:
    fetched: list[int] = []

    def fetch() -> str:
        fetched.append(1)
        return "token"

    file = tmp_path / "identity.jwt"
    web_identity.use(fetch)
    assert fetched == []
    os.utime(file, (0, 0))
    web_identity.use(fetch)
    web_identity.use(fetch)
    assert file.read_text() == "token"
    assert len(fetched) == 1


def test_a_vm_that_is_gone_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    record = _stopped(world, monkeypatch, ProviderType.AZURE, AZURE)
    world.provider.delete_vm(str(record.provider_id))
    monkeypatch.setattr(world.provider, "get_vm", world.provider._live)
    _run_azure(_azure_event(record, "SUB-1", record.observed_at + timedelta(seconds=5)))
    assert _state(world, record) == "lost"
