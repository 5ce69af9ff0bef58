"""Pages of any size over ARM's own, and cursors that lead nowhere else."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import InvalidSpec
from novacron.models.base import PageRequest
from novacron.models.image import Image
from novacron.models.vm import VmFilter
from novacron.models.volume import ResourceFilter, VolumeSpec
from novacron.providers.azure.ownership import Json
from novacron.providers.azure.paging import Cursor, decode, page_of
from novacron.providers.azure.provider import AzureProvider
from novacron.providers.base import FIRST_PAGE, iterate
from tests.unit.providers_azure.conftest import REGION, World

PLACE = "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/m/disks"


def _show(found: list[Json]) -> list[Image]:
    told = {"region": "r", "state": "ready", "architecture": "x86_64"}
    return [Image.model_validate({"id": n["name"], "name": n["name"], **told}) for n in found]


@given(st.lists(st.integers(0, 5), max_size=6), st.integers(1, 4))
def test_every_item_is_shown_once(sizes: list[int], limit: int) -> None:
    numbers = iter(range(100))
    pages = [[{"name": f"n{next(numbers):02}"} for _ in range(size)] for size in sizes] or [[]]

    def fetch(link: str | None) -> tuple[list[Json], str | None]:
        at = int(link.partition("=")[2]) if link else 0
        return pages[at], f"{PLACE}?$skiptoken={at + 1}" if at + 1 < len(pages) else None

    def keep(native: Json) -> bool:
        return not native["name"].endswith("3")

    seen: list[str] = []
    page = PageRequest(limit=limit)
    while True:
        found = page_of(PLACE, page, fetch, keep, _show)
        assert len(found.items) <= limit
        seen += [one.id for one in found.items]
        if found.next_cursor is None:
            break
        page = PageRequest(limit=limit, cursor=found.next_cursor)
    assert seen == [one["name"] for one in chain(*pages) if keep(one)]


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        urlsafe_b64encode(b"[1, 2]").decode(),
        urlsafe_b64encode(json.dumps([None, None]).encode()).decode(),
        Cursor("https://evil.example/disks?x=1").encode(),
        Cursor(PLACE.replace("/g/", "/other/") + "?x=1").encode(),
        Cursor(PLACE + ".evil.example?x=1").encode(),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        decode(cursor, PLACE)
    assert refused.value.field == "cursor"


def test_lists_follow_azures_links_and_hold_them_to_our_group(
    world: World, provider: AzureProvider
) -> None:
    tags = {"suite": "paging"}
    made = set()
    for n in range(5):
        spec = VolumeSpec(name=f"v{n}", region=REGION, size_gib=1, tags=tags)
        made.add(provider.create_volume(spec, world.owner()).id)
    world.server.account.switches.page_size = 2
    where = ResourceFilter(tags=tags)
    assert [v.id for v in iterate(provider.list_volumes, where)] == sorted(made)
    first = provider.list_volumes(where, FIRST_PAGE.model_copy(update={"limit": 1}))
    cursor = first.next_cursor
    place = provider.place("Microsoft.Compute", "disks")
    while cursor is not None and decode(cursor, place).link is None:
        cursor = provider.list_volumes(where, PageRequest(cursor=cursor)).next_cursor
    with pytest.raises(InvalidSpec):
        provider.list_vms(VmFilter(), PageRequest(cursor=cursor))
    world.server.account.switches.page_size = 50
