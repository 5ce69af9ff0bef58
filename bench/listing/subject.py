"""What a comparison is given for each cloud."""

from __future__ import annotations

import itertools
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

    def ours(self, pages: int | None = None) -> int:
        """Walk all pages, or the first ``pages``."""
        count, cursor = 0, None
        for number in itertools.count(1):
            request = PageRequest(limit=self.page, cursor=cursor)
            found = self.provider.list_vms(VmFilter(), request)
            count += len(found.items)
            cursor = found.next_cursor
            if cursor is None or number == pages:
                break
        return count
