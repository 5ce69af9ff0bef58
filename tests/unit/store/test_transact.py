from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import Throttled
from novacron.store.table import TRANSACT_TRIES, Lost, Table
from tests.world import World


class Busy:
    """DynamoDB that cancels the first transactions for ``reasons``."""

    def __init__(self, client: Any, times: int, *reasons: str) -> None:
        self._client, self.times, self.reasons = client, times, reasons

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **given: Any) -> Any:
        if self.times == 0:
            return self._client.transact_write_items(**given)
        self.times -= 1
        told = {
            "Error": {"Code": "TransactionCanceledException", "Message": "canceled"},
            "CancellationReasons": [{"Code": reason} for reason in self.reasons],
        }
        raise self._client.exceptions.TransactionCanceledException(told, "TransactWriteItems")


def _table(world: World, times: int, *reasons: str) -> tuple[Table, list[float]]:
    slept: list[float] = []
    busy: Any = Busy(world.services.store.table.client, times, *reasons)
    return Table("novacron", busy, slept.append), slept


def _write(table: Table) -> list[Any]:
    return [table.putting({"pk": "p", "sk": "s", "n": 1}, "attribute_not_exists(pk)")]


def test_a_conflict_is_tried_again_after_a_pause(world: World) -> None:
    table, slept = _table(world, 3, "TransactionConflict")
    table.transact(_write(table))
    assert len(slept) == 3
    assert [item["n"] for item in table.rows("p")] == [{"N": "1"}]
    assert max(slept) < 0.1


def test_a_conflict_without_end_is_throttling_and_writes_nothing(world: World) -> None:
    table, slept = _table(world, 99, "None", "TransactionConflict")
    with pytest.raises(Throttled):
        table.transact(_write(table))
    assert len(slept) == TRANSACT_TRIES
    assert sum(slept) < 3.2
    assert list(table.rows("p")) == []


@pytest.mark.parametrize(
    "reasons",
    [("ConditionalCheckFailed",), ("TransactionConflict", "ConditionalCheckFailed"), ("None",)],
)
def test_a_condition_that_fails_is_told_at_once(world: World, reasons: tuple[str, ...]) -> None:
    table, slept = _table(world, 1, *reasons)
    with pytest.raises(Lost) as lost:
        table.transact(_write(table))
    assert lost.value.reasons == list(reasons)
    assert slept == []


def test_all_rows_of_a_partition_are_read(world: World) -> None:
    table = world.services.store.table
    for number in range(30):
        table.put({"pk": "many", "sk": f"{number:02}", "text": "x" * 50_000})
    assert [row["sk"]["S"] for row in table.rows("many")] == [f"{n:02}" for n in range(30)]
