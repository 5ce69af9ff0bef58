"""A small snapshot in the place of those that are shipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from novacron.catalog import live, snapshot
from novacron.catalog.snapshot import Snapshot
from novacron.models.account import ProviderType


@contextmanager
def shipping(
    monkeypatch: pytest.MonkeyPatch, provider: ProviderType, archive: bytes
) -> Iterator[None]:
    """As in a new process, which has read nothing else."""
    small = Snapshot(archive)
    monkeypatch.setattr(snapshot, "shipped", lambda one: small if one is provider else None)
    snapshot.forget()
    live.forget()
    yield
    snapshot.forget()
    live.forget()
