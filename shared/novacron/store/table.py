"""One DynamoDB table, JSON documents with the few attributes that conditions need beside them."""

from __future__ import annotations

import base64
import binascii
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from novacron.errors import InvalidSpec, Throttled
from novacron.models.base import Model, Page, PageRequest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

M = TypeVar("M", bound=Model)
Item = dict[str, Any]
Key = tuple[str, str]
"""pk, sk."""


FAILED_CONDITION = "ConditionalCheckFailed"
IN_THE_WAY = frozenset({"TransactionConflict", "ThrottlingError"})
"""Reasons that say nothing of the conditions: another write was at the same item at that instant
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)."""


class Lost(Exception):
    """A conditional write lost. ``reasons`` has a code for each item of a transaction."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons

    def at(self, index: int) -> bool:
        return self.reasons[index] == FAILED_CONDITION


MOST_KEY_BYTES = 1024
"""Of a sort key (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)."""
MOST_READS = 100
"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""
MOST_AT_ONCE = 1000
"""Documents of a page: ``PageRequest``'s limit."""
MOST_WRITES = 25
"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""
TRIES = 3
TRANSACT_TRIES = 12
LONGEST_PAUSE_S = 0.4
"""Between the tries of a transaction: with all of them, 3 seconds at most."""


class Table:
    """Reads and writes documents. ``client`` is made on first use: boto3 costs half a second."""

    def __init__(
        self,
        name: str,
        client: DynamoDBClient | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._sleep = sleep
        self._client = client

    @property
    def client(self) -> DynamoDBClient:
        if self._client is None:
            import boto3

            self._client = boto3.client("dynamodb")
        return self._client

    def get(self, pk: str, sk: str, model: type[M]) -> M | None:
        """The document, read consistently; None when there is none, as for what can be no key."""
        if not 0 < len(sk.encode()) <= MOST_KEY_BYTES:
            return None
        reply = self.client.get_item(TableName=self.name, Key=key(pk, sk), ConsistentRead=True)
        return parsed(reply["Item"], model) if "Item" in reply else None

    def delete(self, pk: str, sk: str) -> None:
        self.client.delete_item(TableName=self.name, Key=key(pk, sk))

    def count(self, pk: str, sk: str, by: int) -> None:
        """Add to a counter, whoever else does at the same time."""
        self.client.update_item(
            TableName=self.name,
            Key=key(pk, sk),
            UpdateExpression="ADD used :by",
            ExpressionAttributeValues=typed({":by": by}),
        )

    def counter(self, pk: str, sk: str) -> int:
        reply = self.client.get_item(TableName=self.name, Key=key(pk, sk), ConsistentRead=True)
        return int(reply["Item"]["used"]["N"]) if "Item" in reply else 0

    def get_many(self, keys: Sequence[Key], model: type[M]) -> dict[Key, M]:
        """Those of ``keys`` that are there, read consistently. Raises Throttled."""
        found: dict[Key, M] = {}

        def read(some: list[Item]) -> list[Item]:
            asked: Any = {self.name: {"Keys": some, "ConsistentRead": True}}
            reply: Any = self.client.batch_get_item(RequestItems=asked)
            for item in reply["Responses"].get(self.name, []):
                found[item["pk"]["S"], item["sk"]["S"]] = parsed(item, model)
            rest: list[Item] = reply["UnprocessedKeys"].get(self.name, {}).get("Keys", [])
            return rest

        _in_batches(read, [key(*one) for one in dict.fromkeys(keys)], MOST_READS)
        return found

    def put_many(self, items: Sequence[Item]) -> None:
        """Write them, in no order and without conditions. Raises Throttled."""
        self._write_many([{"PutRequest": {"Item": typed(item)}} for item in items])

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Raises Throttled."""
        self._write_many([{"DeleteRequest": {"Key": key(*one)}} for one in keys])

    def _write_many(self, writes: list[Item]) -> None:
        def write(some: list[Item]) -> list[Item]:
            asked: Any = {self.name: some}
            reply: Any = self.client.batch_write_item(RequestItems=asked)
            rest: list[Item] = reply["UnprocessedItems"].get(self.name, [])
            return rest

        _in_batches(write, writes, MOST_WRITES)

    def counters(self, pk: str) -> dict[str, int]:
        """The counters under ``pk``: sort key -> number."""
        reply = self.client.query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed({":pk": pk}),
            ConsistentRead=True,
        )
        return {item["sk"]["S"]: int(item["used"]["N"]) for item in reply["Items"]}

    def put(self, item: Item, condition: str | None = None, values: Item | None = None) -> None:
        """Write one item. Raises Lost when ``condition`` does not hold.

        Where a transaction was at the item it is tried again, as in ``transact``.
        """
        write = self.putting(item, condition, values)["Put"]
        for attempt in range(TRANSACT_TRIES):
            try:
                self.client.put_item(**write)
                return
            except self.client.exceptions.ConditionalCheckFailedException as error:
                raise Lost([FAILED_CONDITION]) from error
            except self.client.exceptions.TransactionConflictException:
                self.pause(attempt)
        raise Throttled("Too many changes of the same record at once.")

    def putting(
        self, item: Item, condition: str | None = None, values: Item | None = None
    ) -> dict[str, Any]:
        """A put as a member of a transaction."""
        write: dict[str, Any] = {"TableName": self.name, "Item": typed(item)}
        if condition is not None:
            write["ConditionExpression"] = condition
        if values:
            write["ExpressionAttributeValues"] = typed(values)
        return {"Put": write}

    def transact(self, writes: list[Any]) -> None:
        """All of ``writes`` or none. Raises Lost with a reason for each when a condition fails.

        Where others were at the same items it is tried again after a random pause that grows, as
        SDKs leave that to their callers; Throttled when that does not help.
        """
        for attempt in range(TRANSACT_TRIES):
            try:
                self.client.transact_write_items(TransactItems=writes)
                return
            except self.client.exceptions.TransactionCanceledException as error:
                told = error.response.get("CancellationReasons", [])
                reasons = [str(reason.get("Code", "None")) for reason in told]
                if not IN_THE_WAY & set(reasons) or FAILED_CONDITION in reasons:
                    raise Lost(reasons) from error
            self.pause(attempt)
        raise Throttled("Too many changes of the same records at once.")

    def pause(self, attempt: int) -> None:
        """Before the next try, so that those who are in each other's way spread: full jitter
        (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""
        self._sleep(random.uniform(0, min(LONGEST_PAUSE_S, 0.01 * 2**attempt)))  # noqa: S311

    def rows(self, pk: str) -> Iterator[Item]:
        """Every item of a partition as DynamoDB gives it, read consistently."""
        query: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": typed({":pk": pk}),
            "ConsistentRead": True,
        }
        while True:
            reply = self.client.query(**query)
            yield from reply["Items"]
            if "LastEvaluatedKey" not in reply:
                return
            query["ExclusiveStartKey"] = reply["LastEvaluatedKey"]

    def page(self, pk: str, model: type[M], page: PageRequest) -> Page[M]:
        """One page of a partition in sort-key order.

        A cursor holds the sort key alone: given by another tenant, it reads this partition still.
        """
        query: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": typed({":pk": pk}),
            "Limit": page.limit,
        }
        if page.cursor is not None:
            query["ExclusiveStartKey"] = key(pk, _read_cursor(page.cursor))
        reply = self.client.query(**query)
        last = reply.get("LastEvaluatedKey")
        following = _cursor(last["sk"]["S"]) if last else None
        items = [parsed(item, model) for item in reply["Items"]]
        return Page(items=items, next_cursor=following)

    def walk(self, pk: str, model: type[M], at_once: int = MOST_AT_ONCE) -> Iterator[M]:
        """The whole partition in sort-key order, holding ``at_once`` documents at a time."""
        page = PageRequest(limit=at_once)
        while True:
            found = self.page(pk, model, page)
            yield from found.items
            if found.next_cursor is None:
                return
            page = PageRequest(limit=at_once, cursor=found.next_cursor)

    def between(self, pk: str, low: str, high: str, model: type[M]) -> Iterator[M]:
        """The partition's documents with ``low`` <= sort key <= ``high``, in its order."""
        return self._query(
            {
                "KeyConditionExpression": "pk = :pk AND sk BETWEEN :low AND :high",
                "ExpressionAttributeValues": typed({":pk": pk, ":low": low, ":high": high}),
                "ConsistentRead": True,
            },
            model,
        )

    def last_before(self, pk: str, sk: str, model: type[M]) -> M | None:
        """The partition's last document before ``sk``."""
        reply = self.client.query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk < :sk",
            ExpressionAttributeValues=typed({":pk": pk, ":sk": sk}),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=1,
        )
        return parsed(reply["Items"][0], model) if reply["Items"] else None

    def index(self, gsi1pk: str, model: type[M]) -> Iterator[M]:
        """Every document under ``gsi1pk`` of the sparse index, page by page."""
        return self._query(
            {
                "IndexName": "gsi1",
                "KeyConditionExpression": "gsi1pk = :pk",
                "ExpressionAttributeValues": typed({":pk": gsi1pk}),
            },
            model,
        )

    def _query(self, query: dict[str, Any], model: type[M]) -> Iterator[M]:
        query = {"TableName": self.name, **query}
        while True:
            reply = self.client.query(**query)
            for item in reply["Items"]:
                yield parsed(item, model)
            if "LastEvaluatedKey" not in reply:
                return
            query["ExclusiveStartKey"] = reply["LastEvaluatedKey"]


def _in_batches(send: Callable[[list[Item]], list[Item]], items: list[Item], most: int) -> None:
    """``send`` returns what it was not let do, which is sent again, at most TRIES times running.

    Raises Throttled: who called may wait, nobody does here.
    """
    tries = 0
    while items:
        batch, items = items[:most], items[most:]
        rest = send(batch)
        tries = tries + 1 if len(rest) == len(batch) else 0
        if tries == TRIES:
            raise Throttled("The table takes no more at present.")
        items = rest + items


def stamp(at: datetime) -> str:
    """A time whose text sorts as the time does, for keys and conditions."""
    return at.isoformat(timespec="microseconds")


def key(pk: str, sk: str) -> dict[str, Any]:
    return typed({"pk": pk, "sk": sk})


def document(pk: str, sk: str, model: Model, **attributes: str | int | None) -> Item:
    """An item that holds ``model``; attributes that are None are left out."""
    kept = {name: value for name, value in attributes.items() if value is not None}
    return {"pk": pk, "sk": sk, "doc": model.model_dump_json(), **kept}


def parsed(item: Item, model: type[M]) -> M:
    """The document that an item holds."""
    return model.model_validate_json(item["doc"]["S"])


def typed(item: Item) -> dict[str, Any]:
    """``item`` as the low-level client takes it."""
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in item.items()
    }


def _cursor(sk: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([sk]).encode()).decode()


def _read_cursor(cursor: str) -> str:
    try:
        (sk,) = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidSpec(
            "The cursor is not one of ours.", field="cursor", remedy="Start without a cursor."
        ) from error
    if not isinstance(sk, str) or not sk:
        raise InvalidSpec("The cursor is not one of ours.", field="cursor")
    return sk
