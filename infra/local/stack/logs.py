"""What the functions logged as errors, for someone whose run has failed."""

from __future__ import annotations

from infra.local.stack.control_plane import client

SHOWN = 5
LEVELS = ('"level":"ERROR"', '"level":"WARNING"', "Traceback", "[ERROR]")


def errors(port: int) -> list[str]:
    """The last log events of any function that tell of an error, oldest first."""
    logs = client("logs", port)
    found = []
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for page in pages:
            found += [(event["timestamp"], event["message"]) for event in page["events"]]
    told = [text for _, text in sorted(found) if any(level in text for level in LEVELS)]
    return told[-SHOWN:]
