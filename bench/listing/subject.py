"""What a comparison is given for each cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from novacron.models.base import Ownership, PageRequest
from novacron.models.vm import VmFilter
from novacron.providers.base import CloudProvider

VMS = 10_000
OWNER = Ownership(tenant="bench", operation="listing")
Way = Callable[[], int]
"""Walks the whole list; the number of VMs seen."""


@dataclass(frozen=True)
class Subject:
    """A cloud that holds ``VMS``. ``raw`` lists with the SDK alone and learns what ours tells;
    ``others`` list in their own ways, by name; a text says why one cannot."""

    name: str
    provider: CloudProvider
    page: int
    raw: Way
    others: dict[str, Way | str] = field(default_factory=dict)

    def ours(self) -> int:
        count, cursor = 0, None
        while True:
            request = PageRequest(limit=self.page, cursor=cursor)
            found = self.provider.list_vms(VmFilter(), request)
            count += len(found.items)
            if (cursor := found.next_cursor) is None:
                return count
