"""The chain: entry n holds the hash of entry n - 1, so that none can change or go unseen."""

from __future__ import annotations

import hashlib
from datetime import datetime

from novacron.models.base import Model

GENESIS = "0" * 64


class Entry(Model):
    """One entry. ``outcome`` is "allowed" or "denied"; ``hash`` covers all the other fields."""

    number: int
    tenant: str
    at: datetime
    subject: str
    action: str
    resource: str
    outcome: str
    correlation_id: str = ""
    previous: str
    hash: str = ""

    def sealed(self) -> Entry:
        return self.model_copy(update={"hash": self.digest()})

    def digest(self) -> str:
        """SHA-256 of the entry's JSON without ``hash``: fields in order, UTC, no spaces."""
        return hashlib.sha256(self.model_dump_json(exclude={"hash"}).encode()).hexdigest()


class Verdict(Model):
    """``broken_at`` is the number of the first entry that is wrong or missing."""

    intact: bool
    entries: int
    broken_at: int | None = None
