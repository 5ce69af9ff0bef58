"""EC2 Instance State-change Notifications, sent to a control plane's EventBridge.

Shape: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
Real EventBridge accepts no ``aws.`` source from customers (NotAuthorizedForSourceException):
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html. A local one does;
where one does not, start with another ``source``.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from queue import Queue
from threading import Thread
from typing import Any

from .options import EventTarget

log = logging.getLogger(__name__)
DETAIL_TYPE = "EC2 Instance State-change Notification"


class EventSender:
    """Sends in order from a thread of its own: a slow bus never delays an EC2 answer."""

    def __init__(self, target: EventTarget) -> None:
        self._target = target
        self._queue: Queue[dict[str, Any] | None] = Queue()
        self._thread = Thread(target=self._work, name="instance-events", daemon=True)
        self._thread.start()

    def state_changed(self, arn: str, instance_id: str, state: str) -> None:
        self._queue.put(
            {
                "Source": self._target.source,
                "DetailType": DETAIL_TYPE,
                "Resources": [arn],
                "Time": datetime.now(UTC),
                "Detail": json.dumps({"instance-id": instance_id, "state": state}),
                "EventBusName": self._target.bus,
            }
        )

    def close(self) -> None:
        """Send what is queued, for at most five seconds."""
        self._queue.put(None)
        self._thread.join(timeout=5)

    def _work(self) -> None:
        client = self._client()
        while (entry := self._queue.get()) is not None:
            try:
                answer = client.put_events(Entries=[entry])
            except Exception:
                log.exception("the event bus did not answer")
                continue
            if answer["FailedEntryCount"]:
                log.error("the event bus refused an event: %s", answer["Entries"])

    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "events",
            endpoint_url=self._target.endpoint,
            region_name=self._target.region,
            aws_access_key_id=self._target.access_key,
            aws_secret_access_key=self._target.secret_key,
            config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2}),
        )
