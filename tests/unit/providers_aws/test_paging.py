"""Pages of any size over EC2's pages and several regions, whatever changes in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import InvalidSpec
from novacron.models.base import Model, Page, PageRequest
from novacron.providers.aws.paging import LEAST, page_of


class Item(Model):
    id: str


class Cloud:
    """Gives pages as EC2 does: at least 5 at a time, some larger than asked for."""

    def __init__(self, per_region: dict[str, list[str]]) -> None:
        self.items = per_region
        self.calls = 0

    def fetch(self, region: str, size: int, token: str | None) -> tuple[list[Item], str | None]:
        assert size >= LEAST
        self.calls += 1
        start = int(token or 0)
        end = start + size + 1  # one more than asked: a reservation of two instances
        found = [Item(id=one) for one in self.items[region][start:end]]
        return found, str(end) if end < len(self.items[region]) else None

    def page(self, limit: int, cursor: str | None) -> Page[Item]:
        regions = tuple(self.items)
        asked = PageRequest(limit=limit, cursor=cursor)
        return page_of(regions, asked, self.fetch, lambda item: item.id)


@given(st.lists(st.integers(0, 23), min_size=1, max_size=3), st.integers(1, 30))
def test_every_item_is_shown_once(sizes: list[int], limit: int) -> None:
    world = {f"r-{n}": [f"{n}-{i:03}" for i in range(size)] for n, size in enumerate(sizes)}
    cloud, seen, cursor = Cloud(world), [], None
    while True:
        page = cloud.page(limit, cursor)
        assert len(page.items) <= limit
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [one for ids in world.values() for one in ids]


def test_a_deleted_item_hides_none() -> None:
    cloud = Cloud({"r": ["a", "b", "c"]})
    first = cloud.page(1, None)
    cloud.items["r"].remove("a")
    assert [item.id for item in cloud.page(1, first.next_cursor).items] == ["b"]


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "WyJ4IiwgbnVsbCwgbnVsbF0="])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        Cloud({"r": []}).page(1, cursor)
    assert refused.value.field == "cursor"
