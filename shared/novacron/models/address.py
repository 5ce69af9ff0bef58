"""Public addresses that are kept until they are released."""

from __future__ import annotations

from datetime import datetime

from novacron.models.base import Observed


class Address(Observed):
    """``attached_to``: what has it, as the provider names it; None: nothing does."""

    ip: str
    attached_to: str | None = None
    created_at: datetime | None = None
    """None where the provider does not tell. None tells since when an address is attached to
    nothing."""

    @property
    def mark(self) -> str:
        """See ``models.sighting``."""
        return self.ip
