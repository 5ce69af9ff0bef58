"""Committed-use discounts for resources:
https://cloud.google.com/compute/docs/reference/rest/v1/regionCommitments

Those for spend belong to a billing account, and no API of a project tells them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment, CommitmentKind
from novacron.providers.commitments import Commitments
from novacron.providers.gcp.base import last
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.paging import Lists, resources

SERVICE = "region_commitments"
OLDER = {
    "GENERAL_PURPOSE": "n1",
    "COMPUTE_OPTIMIZED": "c2",
    "MEMORY_OPTIMIZED": "m",
    "ACCELERATOR_OPTIMIZED": "a2",
    "GRAPHICS_OPTIMIZED": "g2",
}
"""Types of commitments that do not name their series; that for memory is for m1 and m2 alike:
https://cloud.google.com/compute/docs/instances/committed-use-discounts-overview"""
MIB_PER_GIB = 1024


class GcpCommitments(Lists, Commitments):
    @translated
    def list_commitments(self, region: str | None, page: PageRequest) -> Page[Commitment]:
        found = self._page(SERVICE, "", page.limit, page.cursor)
        items = [_shown(one) for one in resources(found, SERVICE) if one.status == "ACTIVE"]
        shown = [one for one in items if one.region in self.regions_of(region)]
        return Page(items=shown, next_cursor=found.next_page_token or None)


def _shown(native: Any) -> Commitment:
    held = {one.type_: one.amount for one in native.resources}
    parts = [f"{held['VCPU']} vCPU"] if "VCPU" in held else []
    parts += [f"{held['MEMORY'] // MIB_PER_GIB} GiB"] if "MEMORY" in held else []
    return Commitment(
        id=str(native.id),
        name=native.name,
        kind=CommitmentKind.USAGE,
        region=last(native.region),
        covers=_series(native.type_),
        amount=", ".join(parts) or "no VMs",
        start=datetime.fromisoformat(native.start_timestamp),
        end=datetime.fromisoformat(native.end_timestamp),
        renews=native.auto_renew,
    )


def _series(kind: str) -> str:
    """How the names of the machine types begin: "GENERAL_PURPOSE_N2D" -> "n2d-"."""
    if kind in OLDER:
        series = OLDER[kind]
        return series if series == "m" else f"{series}-"
    return f"{kind.split('_')[2].lower()}-"
