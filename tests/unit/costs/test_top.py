"""The top resources are what the whole view of resources says, whatever was listed of it."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.costs import ranked, top
from novacron.costs.cube import RESOURCE
from novacron.costs.imports import import_delivery
from novacron.models.cost import CostAnswer, CostQuestion
from novacron.store.costs import CostStore
from tests.bills import Bills, Row, row
from tests.world import World

JAN = date(2026, 1, 1)
AT = datetime(2026, 3, 1, tzinfo=UTC)
TENANTS = itertools.count()

bills = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.decimals(-20, 100, places=1),
        st.sampled_from(["a", "b", "c", "d", "e", "f", None]),
    ),
    min_size=1,
    max_size=12,
)
imports = st.lists(
    st.tuples(st.sampled_from(["acc-1", "acc-2"]), st.integers(0, 1), st.booleans(), bills),
    min_size=1,
    max_size=5,
)


@pytest.fixture
def listing(world: World, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three resources by metric are listed."""
    world.services.cost_store = f"file://{tmp_path}/costs"
    for module in (ranked, top):
        monkeypatch.setattr(module, "TOP_LISTED", 3)
    return world


def _rows(month: date, told: list[tuple[int, Decimal, str | None]]) -> list[Row]:
    last = 31 if month == JAN else 28
    return [
        row(month + timedelta(days=day % last), cost, ResourceId=resource)
        for day, cost, resource in told
    ]


def _whole(world: World, tenant: str, question: CostQuestion) -> CostAnswer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(top.TopResources, "facts", lambda _: None)
        return world.services.ledger(tenant).ask(question)


@given(imports=imports, first=st.integers(0, 40), days=st.integers(1, 60), most=st.integers(1, 2))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
def test_lists_answer_as_the_whole_view_does(
    listing: World,
    imports: list[tuple[str, int, bool, list[tuple[int, Decimal, str | None]]]],
    first: int,
    days: int,
    most: int,
) -> None:
    tenant = f"top-{next(TENANTS)}"
    for number, (account, month, estimated, told) in enumerate(imports):
        mine = listing.account.model_copy(update={"tenant": tenant, "id": account})
        source = Bills(_rows([JAN, date(2026, 2, 1)][month], told))
        delivery = source.delivery(str(number), AT + timedelta(hours=number))
        import_delivery(listing.services, mine, source, delivery, estimated=estimated)
    for start, end in ((JAN, date(2026, 3, 1)), _span(first, days)):
        asked = {"start": start, "end": end, "group_by": ["resource"], "top": most}
        question = CostQuestion.model_validate({**asked, "granularity": "total"})
        assert listing.services.ledger(tenant).ask(question) == _whole(listing, tenant, question)


def _span(first: int, days: int) -> tuple[date, date]:
    start = JAN + timedelta(days=first)
    return start, start + timedelta(days=days)


def test_a_months_top_needs_no_page_of_the_view_of_resources(
    listing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Bills([row(JAN, str(n), ResourceId=f"vm-{n:02}") for n in range(30)])
    import_delivery(listing.services, listing.account, source, source.delivery("1", AT))
    read: list[str] = []
    pages = CostStore.pages

    def counted(store: CostStore, wanted: list[tuple[object, str, int]]) -> object:
        read.extend(view for _, view, _ in wanted)
        return pages(store, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(CostStore, "pages", lambda store, wanted: counted(store, list(wanted)))
    question = CostQuestion.model_validate(
        {"start": JAN, "end": date(2026, 2, 1), "granularity": "total", "top": 2}
        | {"group_by": ["resource"]}
    )
    told = listing.services.ledger("acme").ask(question)
    assert [one.key["resource"] for one in told.groups] == ["vm-29", "vm-28", "other"]
    assert told.total == sum(range(30))
    assert RESOURCE not in read
