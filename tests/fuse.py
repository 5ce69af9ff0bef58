"""Kills work in this process between any two of its effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

Effects = Sequence[tuple[type, str]]
"""Methods whose calls are the effects, by class and name."""


class Killed(BaseException):
    """Not an Exception: nothing in the product may catch it."""


class Fuse:
    """Kills at the ``at``-th edge of an effect: edges are 1 before, 2 after the first, and on."""

    def __init__(self, at: int, monkeypatch: pytest.MonkeyPatch, effects: Effects) -> None:
        self.left = at
        self.armed: Callable[[], bool] = lambda: True
        for owner, name in effects:
            monkeypatch.setattr(owner, name, self.wrap(getattr(owner, name)))

    def wrap(self, effect: Callable[..., Any]) -> Callable[..., Any]:
        def fused(*args: Any, **kwargs: Any) -> Any:
            self.burn()
            result = effect(*args, **kwargs)
            self.burn()
            return result

        return fused

    def burn(self) -> None:
        self.left -= self.armed()
        if self.left == 0:
            self.left = -1
            raise Killed
