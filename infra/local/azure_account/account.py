"""One local subscription: everything that the routes share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from ..common.clock import Clock
from ..common.faults import Faults
from ..common.lifecycle import Lifecycle
from .disks.content import Contents
from .keys import load_key
from .operations import Operation
from .options import Options, Switches
from .store import Store
from .vms.run_commands import Shell


class LocalAccount:
    """``lock`` guards the store and the operations."""

    def __init__(self, folder: Path, options: Options) -> None:
        self.options = options
        self.subscription_id = options.subscription_id
        self.tenant_id = options.tenant_id
        self.location = options.location
        self.lock = RLock()
        self.clock = Clock()
        self.switches = Switches(transition_describes=options.transition_describes)
        self.faults = Faults()
        self.lifecycle = Lifecycle(self.clock, self.switches)
        self.contents = Contents(folder / "bytes")
        self.token_key = load_key(folder / "token.key")
        self.store = Store()
        self.operations: dict[str, Operation] = {}
        self.grants: dict[str, dict[str, Any]] = {}
        self.console: dict[str, str] = {}
        self.metrics: dict[str, dict[str, float]] = {}
        self.charges: list[dict[str, str]] = []
        self.quotes: set[str] = set()
        """Orders that a price was told for."""
        self.savings_plans: list[dict[str, Any]] = []
        """As they are told; bought elsewhere, and they do not outlive the server."""
        self.spot_resources: list[dict[str, Any]] = []
        """Rows of Resource Graph, which do not outlive it either."""
        self.shells: dict[str, Shell] = {}
        """Names of VMs whose agent takes scripts, and what runs them; none outlives the server."""
        self.base = ""

    @property
    def root(self) -> str:
        return f"/subscriptions/{self.subscription_id}"

    def timestamp(self, seconds: float | None = None) -> str:
        """ISO 8601 of now, or of ``seconds`` since 1970."""
        at = datetime.fromtimestamp(self.clock.now() if seconds is None else seconds, UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
