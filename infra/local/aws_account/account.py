"""One local account: everything that the routes share."""

from __future__ import annotations

from pathlib import Path
from threading import RLock
from typing import Any

from ..common.clock import Clock
from ..common.faults import Faults
from ..common.lifecycle import Lifecycle
from .blocks import BlockStore
from .catalog import BlockMaps
from .events import EventSender
from .options import Options, Switches
from .run_command import Command, Shell
from .tokens import Signer

_open: dict[str, LocalAccount] = {}


class LocalAccount:
    """``lock`` guards the EC2 models, which are not safe under threads."""

    def __init__(self, account_id: str, state_dir: Path, options: Options) -> None:
        self.account_id = account_id
        self.options = options
        self.lock = RLock()
        self.clock = Clock()
        self.switches = Switches(transition_describes=options.transition_describes)
        self.faults = Faults()
        self.lifecycle = Lifecycle(self.clock, self.switches)
        self.blocks = BlockStore(state_dir / "blocks")
        self.maps = BlockMaps(state_dir / "ebs.db")
        self.signer = Signer(state_dir / "token.key", self.clock)
        self.events = EventSender(options.events) if options.events else None
        self.answers: dict[tuple[str, ...], Any] = {}
        self.pages: dict[str, list[str]] = {}
        self.console: dict[str, bytes] = {}
        self.shells: dict[str, Shell] = {}
        """Instances with an agent, and what runs their scripts; neither outlives the server."""
        self.commands: dict[str, Command] = {}
        self.savings_plans: list[dict[str, Any]] = []
        """As they are told; bought elsewhere, and they do not outlive the server."""
        self.spot_prices: dict[str, list[dict[str, Any]]] = {}
        """By region; they do not outlive the server either."""
        self.dirty = False
        _open[account_id] = self

    def close(self) -> None:
        _open.pop(self.account_id, None)
        if self.events:
            self.events.close()
        self.maps.close()


def account_of(account_id: str) -> LocalAccount:
    """The open account of this id. Raises KeyError when there is none."""
    return _open[account_id]


def free_account_id() -> str:
    """An id that no open account has, so that servers of one process share nothing."""
    number = 123456789012
    while str(number) in _open:
        number += 1
    return str(number)
