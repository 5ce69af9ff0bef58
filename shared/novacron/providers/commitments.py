"""Commitments that an account holds, and when they end: bills do not say it.

The rules of ``providers.base`` hold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment


class Commitments(ABC):
    """Can tell which commitments to VMs are held."""

    @abstractmethod
    def list_commitments(self, region: str | None, page: PageRequest) -> Page[Commitment]:
        """Those in force that the account may see: of one or all of its regions, and with them
        those of no region."""
