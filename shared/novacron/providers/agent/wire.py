"""The contract's methods as JSON: read from its signatures, so that both ends agree on them.

Nothing else can be called, and arguments are validated by the same models on both ends.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError, create_model

from novacron import errors
from novacron.errors import InvalidSpec, NovaCronError, ProviderUnavailable, Unsupported
from novacron.models.agent import Fault, Outcome
from novacron.models.base import Model
from novacron.providers.base import CloudProvider
from novacron.providers.guest_commands import GuestCommands
from novacron.providers.transfer import DiskExport, DiskImport, Fencing

LOCAL = {"from_settings", "health", "validate_credentials", "estimate_cost"}
"""Answered without the agent's help: it says how its hosts are with every poll, and what they cost
is on the account's rate card, which it does not see."""
BYTES = {"extents", "read", "write", "read_back"}
"""What SHARD_WORK is for: bytes do not travel through the table."""
SHARD_WORK = frozenset({"export_shard", "import_shard", "verify_shard"})
"""Of ``migration.shards.ShardWork``: they take minutes, and come beside the provider."""
PARTS: tuple[type[Any], ...] = (CloudProvider, DiskExport, DiskImport, Fencing, GuestCommands)
CONTRACT: dict[str, type] = {
    method: part for part in PARTS for method in part.__abstractmethods__ - LOCAL - BYTES
} | {"check_operation": CloudProvider}
METHODS = CONTRACT.keys() | SHARD_WORK
MOST_BYTES = 300_000
"""Of an outcome: a DynamoDB item has at most 400 KB.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
ERRORS: dict[str, type[NovaCronError]] = {
    one.code: one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, NovaCronError)
}


def contract_of(method: str) -> type:
    """The class that says what a method takes and gives."""
    if method in SHARD_WORK:
        from novacron.migration.shards import ShardWork  # its imports are for who moves bytes

        return ShardWork
    return CONTRACT[method]


@cache
def arguments_of(method: str) -> type[BaseModel]:
    """The model of a method's arguments."""
    function = getattr(contract_of(method), method)
    hints = get_type_hints(function)
    fields: dict[str, Any] = {
        name: (hints[name], ... if one.default is inspect.Parameter.empty else one.default)
        for name, one in inspect.signature(function).parameters.items()
        if name != "self"
    }
    return create_model(f"{method} arguments", __base__=Model, **fields)


@cache
def _answer_of(method: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(getattr(contract_of(method), method))["return"])


def encode(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return arguments_of(method)(**arguments).model_dump(mode="json")


def run(served: object, method: str, arguments: dict[str, Any]) -> Outcome:
    """Carry a command out. What is wrong with it is an outcome too, not an exception."""
    if method not in METHODS or not isinstance(served, contract_of(method)):
        return _failed(Unsupported(f"This agent has no method {method!r}."))
    try:
        given = arguments_of(method).model_validate(arguments)
        named = {name: getattr(given, name) for name in type(given).model_fields}
        value = _answer_of(method).dump_python(getattr(served, method)(**named), mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        return _failed(InvalidSpec(str(first["msg"]), field=field))
    except NovaCronError as error:
        return _failed(error)
    outcome = Outcome(value=value)
    if len(outcome.model_dump_json()) > MOST_BYTES:
        return _failed(ProviderUnavailable("The answer is too long; ask for a smaller page."))
    return outcome


def answer(method: str, outcome: Outcome) -> Any:
    """The value as the contract's type, or the same error raised here."""
    if outcome.fault is not None:
        raise _error(outcome.fault)
    return _answer_of(method).validate_python(outcome.value)


def _failed(error: NovaCronError) -> Outcome:
    told = {name: getattr(error, name) for name in ("code", "detail", "field", "remedy")}
    return Outcome(fault=Fault(**told))


def _error(fault: Fault) -> NovaCronError:
    kind = ERRORS.get(fault.code, NovaCronError)
    if kind is errors.Throttled:
        return errors.Throttled(fault.detail)
    return kind(fault.detail, field=fault.field, remedy=fault.remedy)
