"""What an adapter and its cloud said to each other, and who tells what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Exchange = dict[str, Any]
_SHOWN = 3


@dataclass(frozen=True)
class Wire:
    """``judge`` holds one exchange against the cloud's own specification: [] is fine."""

    file: Path
    judge: Callable[[Exchange], list[str]]

    def exchanges(self) -> list[Exchange]:
        """All so far, oldest first."""
        if not self.file.exists():
            return []  # what was run asked the cloud nothing
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    def check(self, exchanges: Iterable[Exchange]) -> None:
        """AssertionError shows the first of those that are not as specified, and counts them."""
        wrong = [(found, one) for one in exchanges if (found := self.judge(one))]
        shown = [f"{found}\n{json.dumps(one, indent=1)}" for found, one in wrong[:_SHOWN]]
        assert not wrong, "\n".join([f"{len(wrong)} exchanges are not as specified", *shown])
