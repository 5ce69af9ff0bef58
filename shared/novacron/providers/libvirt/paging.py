"""Filters and pages over what libvirt lists in one call."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar

from novacron.models.base import Page, PageRequest
from novacron.models.vm import VmFilter, VmState
from novacron.models.volume import ResourceFilter

T = TypeVar("T")


def page_of(items: Iterable[T], where: VmFilter | ResourceFilter, page: PageRequest) -> Page[T]:
    """Those that match, by id; the cursor is the last id shown."""
    return first_of(sorted(items, key=_id), where, page)


def first_of(items: Iterable[T], where: VmFilter | ResourceFilter, page: PageRequest) -> Page[T]:
    """The same of items that come in order of id; reads no more of them than the page needs."""
    after = page.cursor or ""
    fitting = (one for one in items if _id(one) > after and _matches(one, where))
    shown: list[Any] = list(islice(fitting, page.limit + 1))
    cut = shown[: page.limit]
    return Page(items=cut, next_cursor=_id(cut[-1]) if len(shown) > page.limit else None)


def _id(one: Any) -> str:
    return str(one.id)


def _matches(one: Any, where: VmFilter | ResourceFilter) -> bool:
    for name in ("region", "name", "tenant", "operation"):
        wanted = getattr(where, name)
        if wanted is not None and getattr(one, name) != wanted:
            return False
    if isinstance(where, VmFilter):
        hidden = not where.states and one.state is VmState.DELETED
        if hidden or (where.states and one.state not in where.states):
            return False
    return bool(where.tags.items() <= one.tags.items())
