"""Structured logs with one logger a process, secrets kept out by name."""

from __future__ import annotations

import logging
import re
from functools import cache

from aws_lambda_powertools import Logger

SECRET_NAME = re.compile(
    r"secret|password|token|credential|private_key|authorization", re.IGNORECASE
)
"""Names whose values never reach a log, wherever they stand in a structured entry."""

REDACTED = "[redacted]"


def redact(value: object) -> object:
    """``value`` with everything under a secret's name replaced, to any depth."""
    if isinstance(value, dict):
        return {
            key: REDACTED if SECRET_NAME.search(str(key)) else redact(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(inner) for inner in value]
    return value


class _Redaction(logging.Filter):
    """Runs before the formatter sees the record's extra fields and message arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        for key, value in vars(record).items():
            if key not in _STANDARD:
                setattr(record, key, REDACTED if SECRET_NAME.search(key) else redact(value))
        if isinstance(record.msg, dict):
            record.msg = redact(record.msg)
        return True


_STANDARD = frozenset(vars(logging.makeLogRecord({})))


@cache
def logger() -> Logger:
    """The process's logger; level from POWERTOOLS_LOG_LEVEL, JSON to standard output."""
    log = Logger(service="novacron")
    log.addFilter(_Redaction())
    return log
