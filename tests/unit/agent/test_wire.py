"""The contract as JSON: the same models on both ends, the same errors."""

from __future__ import annotations

from typing import Any

import pytest

from novacron import errors
from novacron.models.agent import Fault, Outcome
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.models.transfer import Export, Import, TransferState
from novacron.models.vm import VmSpec, VmState
from novacron.providers.agent import wire
from novacron.providers.agent.courier import NoCourier
from novacron.providers.agent.provider import AgentProvider
from novacron.providers.agent.transfer import AgentTransfer
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.pricing import CardPriced

OWNER = {"tenant": "acme", "operation": "op-1"}
SPEC = {"name": "web", "region": "local", "image": "debian-12"}


def test_every_method_of_the_contract_travels() -> None:
    own = set(vars(AgentProvider)) | set(vars(AgentTransfer)) | set(vars(CardPriced))
    for part in wire.PARTS:
        assert all(method in own for method in part.__abstractmethods__)
    for method in wire.METHODS:
        assert wire.arguments_of(method).model_json_schema()


def test_a_call_and_its_answer() -> None:
    provider = MemoryProvider()
    told = wire.encode(
        "create_vm", {"spec": VmSpec(**SPEC), "owner": Ownership.model_validate(OWNER)}
    )
    made = wire.answer("create_vm", wire.run(provider, "create_vm", told))
    assert made == provider.get_vm(made.id)


def test_a_script_in_a_guest_and_what_it_said() -> None:
    provider = MemoryProvider()
    vm_id = provider.create_vm(VmSpec(**SPEC), Ownership.model_validate(OWNER)).id
    while provider.get_vm(vm_id).state is not VmState.RUNNING:
        pass
    provider.shell = lambda _, script: GuestResult(exit_code=3, output=script)
    told = wire.encode("run_in_guest", {"vm_id": vm_id, "script": "true", "owner": OWNER})
    with pytest.raises(errors.NotReady):
        wire.answer("run_in_guest", wire.run(provider, "run_in_guest", told))
    ended = wire.answer("run_in_guest", wire.run(provider, "run_in_guest", told))
    assert ended == GuestResult(exit_code=3, output="true")


@pytest.mark.parametrize(
    "method",
    ["__init__", "from_settings", "health", "_ask", "cloud", "get_vm.__globals__", "", "read"],
)
def test_nothing_but_the_contract_can_be_called(method: str) -> None:
    outcome = wire.run(MemoryProvider(), method, {})
    assert outcome.fault is not None
    assert outcome.fault.code == "unsupported"


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("get_vm", {}, "vm_id"),
        ("get_vm", {"vm_id": ["x"]}, "vm_id"),
        ("get_vm", {"vm_id": "x", "more": 1}, "more"),
        ("create_vm", {"spec": {**SPEC, "vcpus": 0}, "owner": OWNER}, "spec.vcpus"),
        ("create_vm", {"spec": {**SPEC, "run": "sh"}, "owner": OWNER}, "spec.run"),
        ("list_vms", {"where": {}, "page": {"limit": 100_000}}, "page.limit"),
    ],
)
def test_arguments_are_validated_where_they_arrive(
    method: str, arguments: dict[str, Any], field: str
) -> None:
    outcome = wire.run(MemoryProvider(), method, arguments)
    assert outcome.fault is not None
    assert (outcome.fault.code, outcome.fault.field) == ("invalid_spec", field)


@pytest.mark.parametrize("kind", wire.ERRORS.values())
def test_every_error_arrives_as_its_own_class(kind: type[errors.NovaCronError]) -> None:
    class Failing(MemoryProvider):
        def delete_vm(self, vm_id: str) -> None:
            raise kind(f"no {vm_id}")

    outcome = wire.run(Failing(), "delete_vm", {"vm_id": "x"})
    again = Outcome.model_validate_json(outcome.model_dump_json())
    with pytest.raises(kind, match="no x") as caught:
        wire.answer("delete_vm", again)
    assert type(caught.value) is kind


def test_field_and_remedy_arrive() -> None:
    fault = Fault(code="invalid_spec", detail="too small", field="spec.disk", remedy="Grow it.")
    with pytest.raises(errors.InvalidSpec) as caught:
        wire.answer("get_vm", Outcome(fault=fault))
    assert (caught.value.field, caught.value.remedy) == ("spec.disk", "Grow it.")


def test_an_answer_that_is_too_long_is_refused() -> None:
    class Talkative(MemoryProvider):
        def console_output(self, vm_id: str) -> str:
            return "x" * wire.MOST_BYTES

    outcome = wire.run(Talkative(), "console_output", {"vm_id": "x"})
    assert outcome.fault is not None
    assert outcome.fault.code == "provider_unavailable"


@pytest.mark.parametrize("method", sorted(wire.BYTES))
def test_bytes_do_not_travel_through_the_table(method: str) -> None:
    class Silent(NoCourier):
        def call(self, *_: Any) -> Outcome:
            raise AssertionError("a command")

    provider = AgentProvider("a")
    provider.courier = Silent()
    export = Export(id="e", vm_id="v", state=TransferState.OPEN)
    target = Import(id="i", state=TransferState.OPEN, size_bytes=1)
    given = {"extents": (export, 0, 0, 1), "read": (export, 0, 0, 1)}
    given |= {"write": (target, 0, b""), "read_back": (target, 0, 1)}  # type: ignore[dict-item]
    with pytest.raises(errors.Unsupported):
        getattr(provider, method)(*given[method])


def test_a_host_that_exports_nothing_says_so() -> None:
    outcome = wire.run(object(), "get_vm", {"vm_id": "x"})
    assert outcome.fault is not None
    assert outcome.fault.code == "unsupported"
