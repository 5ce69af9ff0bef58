"""Pages of what fits a filter that the table does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from novacron.models.base import Page, PageRequest

T = TypeVar("T")

MOST_READS = 20
"""Pages read for one page shown: a filter that matches little gives a short page instead."""


def filtered(
    read: Callable[[PageRequest], Page[T]], fits: Callable[[T], bool], page: PageRequest
) -> Page[T]:
    shown: list[T] = []
    for _ in range(MOST_READS):
        found = read(page.model_copy(update={"limit": page.limit - len(shown)}))
        shown += filter(fits, found.items)
        page = page.model_copy(update={"cursor": found.next_cursor})
        if found.next_cursor is None or len(shown) == page.limit:
            break
    return Page(items=shown, next_cursor=page.cursor)
