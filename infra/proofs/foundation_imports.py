"""Import time of each function; none imports an SDK that its request does not need."""

from __future__ import annotations

from bench.imports import main


def prove() -> str:
    slowest = max(main(), key=lambda one: one.seconds)
    return f"slowest: {slowest.module}, {slowest.seconds * 1000:.0f} ms"
