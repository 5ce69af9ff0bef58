"""What a local project is started with, and what may be switched while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..common.lifecycle import Pace


@dataclass(frozen=True)
class Options:
    """Fixed for the life of one server. ``port`` 0 takes a free one. ``guests``: the environment of
    what runs inside instances (``guests.py``), beside PATH; None: nothing does."""

    port: int = 0
    host: str = "127.0.0.1"
    project_id: str = "novacron-local"
    transition_describes: int = 1
    persist: bool = True
    guests: dict[str, str] | None = None


@dataclass
class Switches(Pace):
    """Changed with ``POST /_local/settings``.

    page_size: the most items of one page, whatever maxResults asks for.
    quotas: region's metric -> limit, over the defaults of ``compute/quotas.py``.
    async_quota: an exceeded quota fails the operation instead of the request.
    unreachable: zones and regions that aggregated lists cannot reach.
    """

    page_size: int = 500
    quotas: dict[str, float] = field(default_factory=dict)
    async_quota: bool = False
    unreachable: list[str] = field(default_factory=list)
