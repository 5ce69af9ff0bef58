"""Secrets never reach a log line."""

from __future__ import annotations

import io
import json
import logging

from novacron.runtime.logging import REDACTED, logger, redact


def test_redaction_reaches_any_depth() -> None:
    entry = {"a": [{"secret_access_key": "x", "region": "r"}], "Authorization": "Bearer y"}
    assert redact(entry) == {
        "a": [{"secret_access_key": REDACTED, "region": "r"}],
        "Authorization": REDACTED,
    }


def test_the_logger_redacts_extra_fields() -> None:
    stream = io.StringIO()
    handler = logger().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(stream)
    try:
        logger().info("connected", settings={"password": "hunter2", "region": "r"}, api_token="t")
    finally:
        handler.setStream(before)
    line = json.loads(stream.getvalue())
    assert line["settings"] == {"password": REDACTED, "region": "r"}
    assert line["api_token"] == REDACTED
