"""How far a shard's job was when its turn was too far off, so that its next run goes on there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from novacron.models.base import Model


class Reached(Model):
    """``mask`` has a bit for each leaf of the shard that is done; ``moved``: their bytes."""

    mask: str = "0"
    moved: int = 0

    def left(self, leaves: Iterable[int]) -> set[int]:
        mask = int(self.mask, 16)
        return {index for index in leaves if not mask >> index & 1}

    def beyond(self, leaves: Iterable[int], moved: int) -> Reached:
        mask = int(self.mask, 16)
        for index in leaves:
            mask |= 1 << index
        return Reached(mask=f"{mask:x}", moved=self.moved + moved)


class Mark(Protocol):
    """Of one job."""

    def read(self) -> Reached: ...

    def keep(self, reached: Reached) -> None: ...


class NoMark:
    """Of a job that waits as long as it takes, or is begun anew."""

    def read(self) -> Reached:
        return Reached()

    def keep(self, reached: Reached) -> None: ...


NO_MARK = NoMark()
