"""Records of waves."""

from __future__ import annotations

from collections.abc import Callable

from novacron.errors import NotFound, NotReady
from novacron.models.wave import Wave
from novacron.store.table import Item, Lost, Table, document

_TRIES = 10


class WaveStore:
    """An id of another tenant is NotFound, like one that never was."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, tenant: str, wave_id: str) -> Wave:
        found = self.table.get(_pk(tenant), wave_id, Wave)
        if found is None:
            raise NotFound(f"There is no wave {wave_id!r}.")
        return found

    def begin(self, wave: Wave) -> None:
        """Write the record, unless it is there: a repeat changes nothing."""
        try:
            self.table.put(_item(wave), "attribute_not_exists(pk)")
        except Lost:
            return

    def change(self, tenant: str, wave_id: str, change: Callable[[Wave], Wave]) -> Wave:
        """The newest record, changed; callers and steps write at the same time. Raises NotReady
        when others were quicker too often."""
        for _ in range(_TRIES):
            now = self.get(tenant, wave_id)
            wanted = change(now)
            following = wanted.model_copy(update={"version": now.version + 1})
            if wanted == now:
                return now
            try:
                self.table.put(_item(following), "version = :seen", {":seen": now.version})
            except Lost:
                continue
            return following
        raise NotReady(f"Wave {wave_id} is changed often at once.")


def _pk(tenant: str) -> str:
    return f"T#{tenant}#WAVE"


def _item(wave: Wave) -> Item:
    return document(_pk(wave.tenant), wave.id, wave, version=wave.version)
