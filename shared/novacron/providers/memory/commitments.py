"""Commitments of the in-memory cloud, which are sold at ``commitment_price`` a VM and year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment, CommitmentKind, CommitmentSpec, Quote
from novacron.providers.commitments import Commitments
from novacron.providers.memory.cloud import MemoryBase, call, page_of


class MemoryCommitments(MemoryBase, Commitments):
    @call
    def list_commitments(self, region: str | None, page: PageRequest) -> Page[Commitment]:
        held = self.cloud.commitments.values()
        found = [one for one in held if region in (None, one.region) or one.region is None]
        return page_of(found, page, lambda one: one.id)

    @call
    def quote_commitment(self, spec: CommitmentSpec) -> Quote:
        price = self.cloud.commitment_price
        return Quote(
            id=self.cloud.new_id("quote"),
            total=None if price is None else price * spec.count * spec.years,
        )

    @call
    def buy_commitment(self, spec: CommitmentSpec, quote: str) -> str:
        if quote not in self.cloud.commitments:
            now = datetime.now(UTC)
            self.cloud.commitments[quote] = Commitment(
                id=quote,
                name=f"{spec.count} x {spec.instance_type}",
                kind=CommitmentKind.USAGE,
                region=spec.region,
                covers=spec.instance_type,
                amount=f"{spec.count} x {spec.instance_type}, {spec.term}",
                start=now,
                end=now + timedelta(days=365 * spec.years),
                renews=False,
            )
        return quote
