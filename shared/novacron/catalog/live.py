"""The newest price snapshots that were refreshed, in object storage.

``prices/<provider>/<digest>.zip`` are never written over. ``current-prices/<provider>.json`` points
at the one in force and is written last: a reader sees the old prices or the new ones, whole.
Pointers are listed and not guessed: S3 says of what is not there that it is forbidden.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from novacron.catalog.snapshot import Snapshot, prefer
from novacron.models.account import ProviderType

LISTED = (ProviderType.AWS, ProviderType.AZURE, ProviderType.GCP)
LOOK_AGAIN = timedelta(minutes=10)


POINTERS = "current-prices"


class Objects(Protocol):
    def list(self, prefix: str) -> Iterator[str]: ...

    def get(self, path: str) -> bytes: ...

    def put(self, path: str, data: bytes) -> None: ...


_looked: list[datetime] = []
_in_use: dict[ProviderType, str] = {}


def use_newest(store: Objects, now: datetime) -> None:
    """Answer from the refreshed snapshots that are newer than what is shipped; looks at the
    pointers once in ``LOOK_AGAIN`` a process."""
    if _looked and now - _looked[-1] < LOOK_AGAIN:
        return
    there = set(store.list(POINTERS))
    for provider in LISTED:
        if _pointer(provider) not in there:
            continue
        path = json.loads(store.get(_pointer(provider)))["path"]
        if path != _in_use.get(provider):
            prefer(provider, Snapshot(store.get(path)))
            _in_use[provider] = path
    _looked[:] = [now]


def publish(store: Objects, provider: ProviderType, archive: bytes) -> bool:
    """Put the archive, then the pointer; False when it is already in force."""
    path = f"prices/{provider.value}/{hashlib.sha256(archive).hexdigest()}.zip"
    as_of = Snapshot(archive).as_of
    pointer = json.dumps({"path": path, "as_of": as_of.isoformat()}).encode()
    if _pointer(provider) in store.list(POINTERS) and store.get(_pointer(provider)) == pointer:
        return False
    store.put(path, archive)
    store.put(_pointer(provider), pointer)
    return True


def forget() -> None:
    """Look again, as a new process would."""
    _looked.clear()
    _in_use.clear()


def _pointer(provider: ProviderType) -> str:
    return f"{POINTERS}/{provider.value}.json"
