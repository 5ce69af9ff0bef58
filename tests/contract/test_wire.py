"""What goes over the wire is as the cloud specifies it: ``conftest.world`` holds all to that."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

import pytest

from tests.contract.env import Env
from tests.contract.wire import Exchange, Wire


def _field(exchange: Exchange) -> None:
    exchange["response"]["unheardOf"] = True


def _type(exchange: Exchange) -> None:
    exchange["response"]["id"] = 7


def _list(exchange: Exchange) -> None:
    exchange["response"] = [exchange["response"]]


def _status(exchange: Exchange) -> None:
    exchange["status"] = 299


def _path(exchange: Exchange) -> None:
    exchange["path"] += "/nothing"


def _request(exchange: Exchange) -> None:
    exchange["request"] = [exchange["request"]]


MUTATIONS: list[Callable[[Exchange], None]] = [_field, _type, _list, _status, _path, _request]


def test_a_changed_exchange_of_this_run_is_noticed(env: Env) -> None:
    if env.wire is None:
        pytest.skip(f"{env.name}: there is no specification of the wire to hold it against")
    original = _create(env.wire, env.running_vm().id.rpartition("/")[2])
    env.wire.check([original])
    for mutate in MUTATIONS:
        changed = copy.deepcopy(original)
        mutate(changed)
        with pytest.raises(AssertionError, match=original["path"]):
            env.wire.check([changed])


def _create(wire: Wire, name: str) -> Exchange:
    """The accepted request of this run that made the VM of this name."""
    for exchange in wire.exchanges():
        told = exchange["path"] + json.dumps(exchange["request"])
        if exchange["method"] in ("PUT", "POST") and name in told and exchange["status"] < 300:
            return exchange
    raise AssertionError(f"nothing recorded made {name}")
