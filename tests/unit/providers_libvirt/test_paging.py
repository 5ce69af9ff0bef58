"""Pages over a listing: all of it, once, whatever the size of a page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from novacron.models.base import Page, PageRequest
from novacron.models.vm import Vm, VmFilter, VmState
from novacron.providers.base import iterate
from novacron.providers.libvirt.paging import first_of, page_of


def vm(number: int, state: VmState = VmState.RUNNING) -> Vm:
    tags = {"even": str(number % 2 == 0)}
    return Vm(
        id=f"vm-{number:04d}",
        name=f"n{number}",
        region="onprem",
        state=state,
        bills_compute=True,
        tags=tags,
    )


@given(st.lists(st.integers(0, 300), unique=True), st.integers(1, 7))
def test_every_item_is_shown_once(numbers: list[int], limit: int) -> None:
    items = [vm(number) for number in numbers]

    def listed(where: VmFilter, page: PageRequest) -> Page[Vm]:
        return page_of(items, where, page.model_copy(update={"limit": limit}))

    shown = [one.id for one in iterate(listed, VmFilter())]
    assert shown == sorted(one.id for one in items)


def test_a_cursor_holds_when_its_item_has_gone() -> None:
    first = page_of([vm(1), vm(2), vm(3)], VmFilter(), PageRequest(limit=2))
    assert first.next_cursor == "vm-0002"
    rest = page_of([vm(1), vm(3)], VmFilter(), PageRequest(cursor=first.next_cursor))
    assert [one.id for one in rest.items] == ["vm-0003"]


def test_no_more_is_read_than_the_page_and_whether_one_follows() -> None:
    items = iter([vm(1), vm(2), vm(3), vm(4)])
    found = first_of(items, VmFilter(), PageRequest(limit=2))
    assert [one.id for one in found.items] == ["vm-0001", "vm-0002"]
    assert [one.id for one in items] == ["vm-0004"]


def test_filters() -> None:
    items = [vm(1), vm(2), vm(3, VmState.DELETED), vm(4, VmState.STOPPED)]

    def found(where: VmFilter) -> list[str]:
        return [one.id for one in page_of(items, where, PageRequest()).items]

    assert found(VmFilter()) == ["vm-0001", "vm-0002", "vm-0004"]
    assert found(VmFilter(tags={"even": "True"})) == ["vm-0002", "vm-0004"]
    assert found(VmFilter(states=[VmState.DELETED])) == ["vm-0003"]
    assert found(VmFilter(name="n1", region="elsewhere")) == []
