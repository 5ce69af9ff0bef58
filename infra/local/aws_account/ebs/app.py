"""One request of the EBS direct APIs: quota, the operation, errors in the API's shape."""

from __future__ import annotations

import logging
from threading import Lock

from werkzeug.wrappers import Response

from ..account import LocalAccount
from ..wire import Call
from .errors import EbsError, invalid
from .reading import Reading
from .writing import Writing

log = logging.getLogger(__name__)


class EbsDirect:
    def __init__(self, account: LocalAccount) -> None:
        reading, writing = Reading(account), Writing(account)
        self._account = account
        self._quotas = Quotas(account)
        self._operations = {
            "StartSnapshot": writing.start,
            "PutSnapshotBlock": writing.put,
            "CompleteSnapshot": writing.complete,
            "GetSnapshotBlock": reading.get,
            "ListSnapshotBlocks": reading.list_blocks,
            "ListChangedBlocks": reading.list_changed,
        }

    def handle(self, call: Call) -> Response:
        try:
            operation = self._operations.get(call.operation)
            if operation is None:
                raise invalid(f"{call.method} {call.path} is no operation")
            self._quotas.count(call.operation)
            return operation(call)
        except EbsError as e:
            return e.response()


class Quotas:
    """Requests per second of the account's clock; the switch names the operations limited.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
    """

    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self._lock = Lock()
        self._used: dict[str, tuple[int, int]] = {}

    def count(self, operation: str) -> None:
        """Raises RequestThrottledException."""
        limit = self._account.switches.quotas.get(operation)
        if limit is None:
            return
        second = int(self._account.clock.now())
        with self._lock:
            at, used = self._used.get(operation, (second, 0))
            used = used + 1 if at == second else 1
            self._used[operation] = (second, used)
        if used > limit:
            raise EbsError(
                "RequestThrottledException",
                f"More than {limit} {operation} requests in a second.",
                "ACCOUNT_THROTTLED",
            )
