"""A DynamoDB in front of MiniStack's that answers overlapping transactions as the real one does.

MiniStack serves one request after the other, so that a transaction is atomic and never meets
another. DynamoDB serves them at once and cancels one of two that are at the same item, with the
reason TransactionConflict; a single write to such an item gets TransactionConflictException
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html). Here a
transaction is under way from its arrival until it is answered.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

PREFIX = "com.amazonaws.dynamodb.v20120810#"
SINGLE = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
SAME = frozenset({"host", "connection", "content-length"})


class Conflicts:
    """Items that transactions are at now, and how often another was turned away."""

    def __init__(self) -> None:
        self.met: Synchronized[int] = multiprocessing.Value("i", 0)
        self._busy: set[str] = set()
        self._lock = Lock()

    def enter(self, items: list[str]) -> list[bool]:
        """Whether each of ``items`` is taken; when none is, all are from now on."""
        with self._lock:
            taken = [one in self._busy for one in items]
            if any(taken):
                self.met.value += 1
            else:
                self._busy.update(items)
            return taken

    def leave(self, items: list[str]) -> None:
        with self._lock:
            self._busy.difference_update(items)

    def at(self, item: str) -> bool:
        with self._lock:
            return item in self._busy


@contextmanager
def conflicting(port: int) -> Iterator[tuple[int, Conflicts]]:
    """Serve MiniStack's ``port`` so on another; yields that one."""
    conflicts = Conflicts()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1
        behind: HTTPConnection | None = None

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            action = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            if action == "TransactWriteItems":
                self._transaction(body)
            elif action in SINGLE and conflicts.at(_key(json.loads(body))):
                self._answer(400, _refusal("TransactionConflictException", []))
            else:
                self._pass_on(body)

        def _transaction(self, body: bytes) -> None:
            writes = json.loads(body)["TransactItems"]
            items = [_key(one) for write in writes for one in write.values()]
            taken = conflicts.enter(items)
            if any(taken):
                self._answer(400, _refusal("TransactionCanceledException", taken))
                return
            try:
                self._pass_on(body)
            finally:
                conflicts.leave(items)

        def _pass_on(self, body: bytes) -> None:
            if self.behind is None:
                self.behind = HTTPConnection("127.0.0.1", port, timeout=120)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in SAME}
            headers["Host"] = self.headers["Host"]
            self.behind.request("POST", self.path, body, headers)
            reply = self.behind.getresponse()
            self._answer(reply.status, reply.read())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 512
        daemon_threads = True

    # In a process of its own: the caller forks, which threads do not bear.
    with Server(("127.0.0.1", 0), Door) as server:
        serving = multiprocessing.get_context("fork").Process(target=server.serve_forever)
        serving.start()
        try:
            yield server.server_port, conflicts
        finally:
            serving.terminate()
            serving.join()


def _key(write: dict[str, Any]) -> str:
    told = write.get("Item") or write["Key"]
    return json.dumps([write["TableName"], told["pk"], told["sk"]])


def _refusal(kind: str, taken: list[bool]) -> bytes:
    reasons = [{"Code": "TransactionConflict" if one else "None"} for one in taken]
    told: dict[str, Any] = {"__type": PREFIX + kind, "message": "Transaction is ongoing"}
    if reasons:
        told["CancellationReasons"] = reasons
    return json.dumps(told).encode()
