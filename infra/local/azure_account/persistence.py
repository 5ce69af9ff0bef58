"""State over a restart, a kill included: written whole after each change."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account import LocalAccount

_KEPT = ("store", "operations", "grants", "console", "metrics")


def save(account: LocalAccount, folder: Path) -> None:
    """Replace the state file in one step."""
    state = {name: getattr(account, name) for name in _KEPT}
    state |= {"pending": account.lifecycle.pending, "offset": account.clock.offset}
    partial = folder / "account.new"
    partial.write_bytes(pickle.dumps(state))
    partial.replace(folder / "account.pickle")


def restore(account: LocalAccount, folder: Path) -> None:
    """Take up the state of this folder; an empty folder is a new subscription."""
    file = folder / "account.pickle"
    if not file.exists():
        return
    state = pickle.loads(file.read_bytes())
    for name in _KEPT:
        setattr(account, name, state[name])
    account.lifecycle.pending = state["pending"]
    account.clock.offset = state["offset"]
