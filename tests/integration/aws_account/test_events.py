"""Instance state changes reach an EventBridge, in order and in EC2's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from infra.local.aws_account import EventTarget, start_in_thread
from tests.integration.aws_account.conftest import connect


class Bus(HTTPServer):
    """Takes PutEvents and keeps the entries."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Put)
        self.entries: Queue[dict[str, Any]] = Queue()


class _Put(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        bus: Any = self.server
        for entry in body["Entries"]:
            bus.entries.put(entry)
        answer = b'{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def bus() -> Iterator[Bus]:
    running = Bus()
    thread = Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join(timeout=5)


def test_states_are_told_in_order(bus: Bus, tmp_path: Path) -> None:
    target = EventTarget(endpoint=f"http://127.0.0.1:{bus.server_port}")
    server = start_in_thread(tmp_path, transition_describes=0, events=target)
    ec2 = connect(server, "ec2")
    request = {"ImageId": "ami-785db401", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    made = ec2.run_instances(**request)["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[made])
    entries = [bus.entries.get(timeout=5) for _ in range(4)]
    server.stop()
    details = [json.loads(entry["Detail"]) for entry in entries]
    assert {detail["instance-id"] for detail in details} == {made}
    assert [detail["state"] for detail in details] == [
        "pending",
        "running",
        "shutting-down",
        "terminated",
    ]
    assert {entry["Source"] for entry in entries} == {"aws.ec2"}
    assert {entry["DetailType"] for entry in entries} == {"EC2 Instance State-change Notification"}
