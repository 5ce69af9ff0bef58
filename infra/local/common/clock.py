"""Time that tests can move. Nothing here ever sleeps."""

from __future__ import annotations

import time


class Clock:
    """Wall time plus an offset in seconds; ``freeze`` stops the wall part."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Seconds since 1970."""
        base = time.time() if self._frozen is None else self._frozen
        return base + self.offset

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.offset += seconds

    def freeze(self) -> None:
        self._frozen = time.time()

    def thaw(self) -> None:
        self._frozen = None
