"""Errors to answer with, asked for by tests.

A code is any that the cloud documents, such as EC2's InsufficientInstanceCapacity or
RequestLimitExceeded, Azure's AllocationFailed, Google's ZONE_RESOURCE_POOL_EXHAUSTED.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any


@dataclass
class Fault:
    """``times`` answers of ``operation`` fail. ``when`` "after": the work is done all the same,
    and only its answer is lost, as when a connection breaks."""

    operation: str
    code: str
    times: int = 1
    http_status: int = 400
    retry_after: float | None = None
    message: str = "injected"
    when: str = "before"

    def __post_init__(self) -> None:
        if self.when not in ("before", "after"):
            raise ValueError("when is 'before' or 'after'")


class Faults:
    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, operation: str) -> Fault | None:
        """The next fault of this operation ("*" matches all); counts it as used."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and fault.operation in (operation, "*"):
                    fault.times -= 1
                    return fault
        return None

    def as_list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults if fault.times > 0]
