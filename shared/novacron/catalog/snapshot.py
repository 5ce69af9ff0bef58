"""A provider's price snapshot: an archive with one member for each region and kind of question.

``types.json``: name -> size. ``<region>.json``: name -> on-demand price or null. ``rates/<region>``
``.json``: rows of all other prices. ``source.json``: where each is from, under which licence, and
of which day. A request reads and parses what it asks about, once a process.

The shipped one is in ``data``; a newer one that ``refresh_prices`` has made takes its place
(``prefer``).
"""

from __future__ import annotations

import json
import zipfile
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from novacron.models.account import ProviderType

DATA = Path(__file__).parent / "data"
RATES = "rates/"


class Snapshot:
    """Raises zipfile.BadZipFile, KeyError: what is given is no snapshot."""

    def __init__(self, archive: Path | bytes) -> None:
        readable = archive if isinstance(archive, Path) else BytesIO(archive)
        self._packed = zipfile.ZipFile(readable)
        self._names = frozenset(self._packed.namelist())
        self._read: dict[str, Any] = {}
        self.origin: dict[str, Any] = self.member("source.json")
        self.as_of = date.fromisoformat(self.origin["as_of"])

    def member(self, name: str) -> Any:
        """The parsed member; {} when there is none."""
        if name not in self._read:
            there = name in self._names
            self._read[name] = json.loads(self._packed.read(name)) if there else {}
        return self._read[name]

    def regions(self) -> list[str]:
        own = {"types.json", "source.json"}
        named = (n for n in self._names if "/" not in n and n not in own)
        return sorted(name.removesuffix(".json") for name in named)


_preferred: dict[ProviderType, Snapshot] = {}


def current(provider: ProviderType) -> Snapshot | None:
    """The newest known; None for a provider without list prices."""
    return _preferred.get(provider) or shipped(provider)


@cache
def shipped(provider: ProviderType) -> Snapshot | None:
    archive = DATA / f"{provider.value}.zip"
    return Snapshot(archive) if archive.exists() else None


def prefer(provider: ProviderType, snapshot: Snapshot) -> bool:
    """Answer from ``snapshot`` from now on, unless what is in use is as new or newer."""
    now = current(provider)
    if now is not None and now.as_of >= snapshot.as_of:
        return False
    _preferred[provider] = snapshot
    return True


def forget() -> None:
    """Back to what is shipped."""
    _preferred.clear()
