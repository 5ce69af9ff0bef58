"""What a tenant is told, and to whom it has gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from novacron.models.base import Model


class Notice(Model):
    """``id`` is the same for the same news: it is kept once, and every try carries it, so that a
    receiver can drop repeats. ``told`` is for programs, ``text`` for people.

    ``held_at``: since when it waits for a digest; None: it goes by itself. ``gathered``: ids of the
    notices that a digest stands for and that are still held; it goes when none is.
    """

    id: str
    tenant: str
    subject: str
    text: str
    told: dict[str, Any]
    held_at: datetime | None = None
    gathered: list[str] = []
    delivered: list[str] = []
    tries: int = 0
    failures: dict[str, str] = {}
    done: bool = False
