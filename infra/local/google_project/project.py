"""One local project: everything that the routes share, and how it is kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from threading import RLock
from typing import Any

from ..common.clock import Clock
from ..common.faults import Faults
from ..common.lifecycle import Key, Lifecycle, Transition
from .auth import Auth, Pool
from .bigquery import Warehouse
from .blocks import Blocks
from .catalog import catalog
from .exchanges import Recorder
from .guests import Guests
from .operations import Operations, Work
from .options import Options, Switches
from .store import Store


class LocalProject:
    """``lock`` is held for each request. ``faults`` fail requests, ``async_faults`` operations."""

    def __init__(self, state_dir: Path, options: Options) -> None:
        self.project_id = options.project_id
        self.lock = RLock()
        self.clock = Clock()
        self.switches = Switches(transition_describes=options.transition_describes)
        self.faults = Faults()
        self.async_faults = Faults()
        self.lifecycle = Lifecycle(self.clock, self.switches)
        self.blocks = Blocks(state_dir / "blocks.db")
        self.store = Store(self.root, catalog(self.project_id))
        folder = state_dir / "guests"
        self.guests = Guests(folder, options.guests, self.store, self.blocks)
        self.auth = Auth(self.project_id, self.clock)
        self.operations = Operations(self)
        self.recorder = Recorder(state_dir / "exchanges.jsonl")
        self.console: dict[str, str] = {}
        self.series: dict[str, list[list[float]]] = {}
        self.zones: dict[str, dict[str, Any]] = {}
        """Managed zones of names, with their records and changes."""
        self.endpoints: dict[str, list[dict[str, Any]]] = {}
        """Groups by path -> their endpoints or instances, in the order they came."""
        self.capacity_history: dict[str, dict[str, Any]] = {}
        """Region and machine type -> what is told of spot; it does not outlive the server."""
        self.warehouse = Warehouse()
        self._file = state_dir / "project.json" if options.persist else None
        self._restore()

    @property
    def root(self) -> str:
        return f"projects/{self.project_id}"

    def save(self) -> None:
        """Replace the state file in one step."""
        if self._file is None:
            return
        state = {
            "offset": self.clock.offset,
            "auth": self.auth.keep,
            "pools": {name: asdict(pool) for name, pool in self.auth.pools.items()},
            "items": self.store.items,
            "works": {path: asdict(work) for path, work in self.operations.works.items()},
            "requests": self.operations.requests,
            "pending": [
                [asdict(key), asdict(value)] for key, value in self.lifecycle.pending.items()
            ],
            "console": self.console,
            "series": self.series,
            "zones": self.zones,
            "endpoints": self.endpoints,
        }
        partial = self._file.with_suffix(".new")
        partial.write_text(json.dumps(state))
        partial.replace(self._file)

    def _restore(self) -> None:
        if self._file is None or not self._file.exists():
            return
        state: dict[str, Any] = json.loads(self._file.read_text())
        self.clock.offset = state["offset"]
        self.auth.keep = state["auth"]
        self.auth.pools = {name: Pool(**pool) for name, pool in state["pools"].items()}
        self.store.items.update(state["items"])
        self.operations.works = {path: Work(**work) for path, work in state["works"].items()}
        self.operations.requests = state["requests"]
        self.lifecycle.pending = {
            Key(**key): Transition(**value) for key, value in state["pending"]
        }
        self.console, self.series = state["console"], state["series"]
        self.zones = state.get("zones", {})
        self.endpoints = state.get("endpoints", {})

    def close(self) -> None:
        self.guests.stop_all()
        self.blocks.close()
