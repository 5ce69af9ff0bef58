"""State over a restart, a kill included: written whole after each change (about 10 ms).

The block maps are in SQLite (``catalog.py``); this is everything else: the models of EC2, IAM,
CloudWatch and the rest, transitions under way, answers to client tokens, the clock.
"""

from __future__ import annotations

import logging
import pickle
from pathlib import Path
from typing import Any

from moto.core.base_backend import BackendDict
from moto.ec2.models import ec2_backends

from .account import LocalAccount

log = logging.getLogger(__name__)
# Public parameters only, and moto cannot write them down.
_READ_ONLY = ("ssm",)
_OWN = ("answers", "console")


def _file(state_dir: Path) -> Path:
    return state_dir / "account.pickle"


def save(account: LocalAccount, state_dir: Path) -> None:
    """Replace the state file in one step. Services that cannot be written are left out."""
    services: dict[str, bytes] = {}
    for backends in _all_backends():
        if backends.service_name in _READ_ONLY:
            continue
        regions = dict(backends.get(account.account_id, {}))
        if regions:
            try:
                services[backends.service_name] = pickle.dumps(regions)
            except Exception as e:
                log.warning("%s is not kept: %s", backends.service_name, e)
    state = {
        "account_id": account.account_id,
        "services": services,
        "pending": account.lifecycle.pending,
        "offset": account.clock.offset,
        "own": {name: getattr(account, name) for name in _OWN},
    }
    partial = _file(state_dir).with_suffix(".new")
    partial.write_bytes(pickle.dumps(state))
    partial.replace(_file(state_dir))


def saved_account_id(state_dir: Path) -> str | None:
    """The account that this directory belongs to."""
    return _load(state_dir)["account_id"] if _file(state_dir).exists() else None


def restore(account: LocalAccount, state_dir: Path) -> None:
    """Take up the state of this directory; an empty directory is a new account."""
    from moto.backends import get_backend

    _forget(account.account_id)
    if not _file(state_dir).exists():
        return
    state = _load(state_dir)
    for service, pickled in state["services"].items():
        known: BackendDict[Any] = get_backend(service)
        known[account.account_id].update(pickle.loads(pickled))
    account.lifecycle.pending = state["pending"]
    account.clock.offset = state["offset"]
    for name in _OWN:
        setattr(account, name, state["own"][name])
    account.blocks.sweep(account.maps.live_digests())


def _forget(account_id: str) -> None:
    """No state of an earlier server of this process may show through."""
    ec2_backends.pop(account_id, None)
    for backends in _all_backends():
        backends.pop(account_id, None)


def _all_backends() -> list[Any]:
    found: Any = BackendDict
    return list(found._instances)  # noqa: SLF001 - moto has no public list


def _load(state_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = pickle.loads(_file(state_dir).read_bytes())
    return found
