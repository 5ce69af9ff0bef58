"""Commitments to vCPUs and memory bought, as many as VMs of a type have.

https://cloud.google.com/compute/docs/reference/rest/v1/regionCommitments/insert
"""

from __future__ import annotations

from uuid import uuid4

from novacron.errors import Unsupported
from novacron.models.account import ProviderType
from novacron.models.commitment import CommitmentSpec, Quote
from novacron.providers.commitments import Commitments
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.operations import Operations

SERVICE = "region_commitments"
PLANS = {"1y": "TWELVE_MONTH", "3y": "THIRTY_SIX_MONTH"}
GENERAL = ("c4", "c4a", "c4d", "e2", "n2", "n2d", "n4", "n4a", "n4d", "t2d")
COMPUTE = ("c2d", "c3", "c3d", "h3")
TYPES = {
    "n1": "GENERAL_PURPOSE",
    "c2": "COMPUTE_OPTIMIZED",
    **{series: f"GENERAL_PURPOSE_{series.upper()}" for series in GENERAL},
    **{series: f"COMPUTE_OPTIMIZED_{series.upper()}" for series in COMPUTE},
}
"""Of the series that have vCPUs and memory alone:
https://cloud.google.com/compute/docs/instances/committed-use-discounts-overview"""
SHARED = ("e2-micro", "e2-small", "e2-medium")
"""Use fewer vCPUs than they show."""


class GcpCommitting(Operations, Commitments):
    def quote_commitment(self, spec: CommitmentSpec) -> Quote:
        """Google tells no price but in its list. The id is the commitment's name to be."""
        _asked(spec, "")
        return Quote(id=f"novacron-{uuid4().hex}", total=None)

    @translated
    def buy_commitment(self, spec: CommitmentSpec, quote: str) -> str:
        """The name is the project's own in the region: a second purchase of it is refused."""
        where = {"region": spec.region}
        asked = _asked(spec, quote)
        begun = self.insert(SERVICE, f"buy/{quote}", commitment_resource=asked, **where)
        return str(self.made(SERVICE, begun, commitment=quote, **where).id)


def _asked(spec: CommitmentSpec, name: str) -> dict[str, object]:
    from novacron.catalog.catalog import size_of

    size = size_of(ProviderType.GCP, spec.instance_type)
    kind = TYPES.get(spec.instance_type.partition("-")[0])
    more = "lssd" in spec.instance_type or spec.instance_type in SHARED
    if size is None or kind is None or more:
        raise Unsupported(f"{spec.instance_type} is not vCPUs and memory alone.")
    vcpus, mib = int(size.vcpus) * spec.count, size.memory_mib * spec.count
    return {
        "name": name,
        "plan": PLANS[spec.term],
        "type_": kind,
        "resources": [{"type_": "VCPU", "amount": vcpus}, {"type_": "MEMORY", "amount": mib}],
    }
