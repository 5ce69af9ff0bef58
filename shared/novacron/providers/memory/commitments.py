"""Commitments that are held in the in-memory cloud."""

from __future__ import annotations

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment
from novacron.providers.commitments import Commitments
from novacron.providers.memory.cloud import MemoryBase, call, page_of


class MemoryCommitments(MemoryBase, Commitments):
    @call
    def list_commitments(self, region: str | None, page: PageRequest) -> Page[Commitment]:
        held = self.cloud.commitments.values()
        found = [one for one in held if region in (None, one.region) or one.region is None]
        return page_of(found, page, lambda one: one.id)
