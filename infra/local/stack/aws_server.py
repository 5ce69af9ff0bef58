"""MiniStack with error types put right; run by MiniStack's own interpreter.

A handler that raises makes Lambda report the exception's class as the error type, and state
machines choose what to retry by it (https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html).
MiniStack 1.5.33 says ``Runtime.HandlerError`` for every exception of a Python function, and
``Runtime.HandlerError`` or ``RuntimeError`` for a process that has ended, which Lambda calls
``Runtime.ExitError``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from ministack.app import main
from ministack.services import lambda_svc

PATCHED = "_execute_function_warm"
ENDED = ("Worker process died", "Worker process exited")
"""What MiniStack says of a function's process that ended in a call, or before its first."""
_RAISED = re.compile(r"^(?:\w+\.)*(\w+)(?::|$)")


def exception_class(trace: str) -> str | None:
    """The class that the last traceback in ``trace`` ends with."""
    _, found, frames = trace.rpartition("Traceback (most recent call last):")
    for line in frames.splitlines() if found else []:
        raised = _RAISED.match(line)
        if raised:
            return raised.group(1)
    return None


def named(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def wrapper(*args: Any, **named_args: Any) -> dict[str, Any]:
        reply = execute(*args, **named_args)
        body = reply.get("body")
        if not reply.get("error") or not isinstance(body, dict):
            return reply
        if str(body.get("errorMessage")).startswith(ENDED):
            body["errorType"] = "Runtime.ExitError"
        elif body.get("errorType") == "Runtime.HandlerError":
            body["errorType"] = exception_class(reply.get("log", "")) or body["errorType"]
        return reply

    return wrapper


if __name__ == "__main__":
    setattr(lambda_svc, PATCHED, named(getattr(lambda_svc, PATCHED)))
    sys.argv = ["ministack"]
    sys.exit(main())
