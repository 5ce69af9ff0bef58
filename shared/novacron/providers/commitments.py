"""Commitments that an account holds, and when they end: bills do not say it.

The rules of ``providers.base`` hold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment, CommitmentSpec, Quote


class Commitments(ABC):
    """Can tell which commitments to VMs are held, and buy one."""

    @abstractmethod
    def list_commitments(self, region: str | None, page: PageRequest) -> Page[Commitment]:
        """Those in force that the account may see: of one or all of its regions, and with them
        those of no region."""

    @abstractmethod
    def quote_commitment(self, spec: CommitmentSpec) -> Quote:
        """What it costs now; nothing is bought. Unsupported, InvalidSpec: not for sale."""

    @abstractmethod
    def buy_commitment(self, spec: CommitmentSpec, quote: str) -> str:
        """Buy what was quoted, for good; the id as ``list_commitments`` tells it. The same quote
        again buys nothing more. Raises QuotaExceeded, InvalidSpec, Unsupported; ProviderUnavailable
        and NotReady: it may have been bought, which the same call finds out."""
