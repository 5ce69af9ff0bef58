"""Records of migrations, and of what callers asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from novacron.errors import NotFound, NotReady
from novacron.models.base import Page, PageRequest
from novacron.models.migration import Control, Migration, Moved, Phase
from novacron.models.operation import OperationError
from novacron.store.table import Item, Lost, Table, document

LIVE = "MIGRATING"
KEPT = timedelta(days=60)
"""How long it is known which shards of a stage were moved: no stage takes so long."""


class MigrationStore:
    """An id of another tenant is NotFound, like one that never was."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, tenant: str, migration_id: str) -> Migration:
        found = self.table.get(_pk(tenant), migration_id, Migration)
        if found is None:
            raise NotFound(f"There is no migration {migration_id!r}.")
        return found

    def page(self, tenant: str, page: PageRequest) -> Page[Migration]:
        return self.table.page(_pk(tenant), Migration, page)

    def live(self) -> Iterator[Migration]:
        """Those of all tenants that have not ended."""
        return self.table.index(LIVE, Migration)

    def begin(self, migration: Migration) -> None:
        """Write the record, unless it is there: a repeat changes nothing."""
        try:
            self.table.put(_item(migration), "attribute_not_exists(pk)")
        except Lost:
            return

    def save(self, migration: Migration) -> Migration:
        """Write over the version that was read. Raises NotReady when it has changed since."""
        following = migration.model_copy(update={"version": migration.version + 1})
        try:
            self.table.put(_item(following), "version = :seen", {":seen": migration.version})
        except Lost as error:
            raise NotReady(f"Migration {migration.id} changed meanwhile.") from error
        return following

    def control(self, tenant: str, migration_id: str) -> Control:
        found = self.table.get(_control(tenant), migration_id, Control)
        return found or Control()

    def halts(self, tenant: str, migration_id: str, control: Control) -> bool:
        """Whether it is paused; a cutover that has begun is not: nothing runs in it."""
        if not control.paused:
            return False
        return self.get(tenant, migration_id).phase is not Phase.CUTTING_OVER

    def ask(self, tenant: str, migration_id: str, change: Callable[[Control], Control]) -> Control:
        """Change what is asked of it: the newest word, whoever else writes at the same time."""
        for _ in range(10):
            now = self.control(tenant, migration_id)
            wanted = change(now)
            doc = document(_control(tenant), migration_id, wanted)
            try:
                self.table.put(
                    doc, "attribute_not_exists(pk) OR doc = :seen", {":seen": now.model_dump_json()}
                )
            except Lost:
                continue
            return wanted
        raise NotReady(f"Migration {migration_id} is asked for much at once.")

    def count(self, tenant: str, migration_id: str, export_id: str, sent: int) -> None:
        """Add to the bytes that a round moved: shards are moved by many functions at once."""
        self.table.count(_counts(tenant, migration_id), export_id, sent)

    def counted(self, tenant: str, migration_id: str, export_id: str) -> int:
        """What was added up for a round so far."""
        return self.table.counter(_counts(tenant, migration_id), export_id)

    def finish(
        self, tenant: str, migration_id: str, stage: str, disk: int, shard: int, at: datetime
    ) -> bool:
        """Write down that a stage is done with a shard; False: it was written down before."""
        name, ttl = f"{disk}/{shard}", int((at + KEPT).timestamp())
        item = document(_moved(tenant, migration_id, stage), name, Moved(disk=disk, shard=shard))
        try:
            self.table.put(item | {"ttl": ttl}, "attribute_not_exists(pk)")
        except Lost:
            return False
        return True

    def finished(self, tenant: str, migration_id: str, stage: str) -> set[tuple[int, int]]:
        """(disk, shard) of all that a stage is done with."""
        pk = _moved(tenant, migration_id, stage)
        return {(one.disk, one.shard) for one in self.table.walk(pk, Moved)}

    def note(self, tenant: str, migration_id: str, error: OperationError) -> None:
        """Keep why a shard could not be moved: of a map's failure its machine is told nothing."""
        self.table.put(document(_noted(tenant), migration_id, error))

    def noted(self, tenant: str, migration_id: str) -> OperationError | None:
        return self.table.get(_noted(tenant), migration_id, OperationError)

    def forget_note(self, tenant: str, migration_id: str) -> None:
        self.table.delete(_noted(tenant), migration_id)


def _pk(tenant: str) -> str:
    return f"T#{tenant}#MIGRATION"


def _moved(tenant: str, migration_id: str, stage: str) -> str:
    return f"T#{tenant}#MIGRATION-MOVED#{migration_id}#{stage}"


def _noted(tenant: str) -> str:
    return f"T#{tenant}#MIGRATION-NOTED"


def _control(tenant: str) -> str:
    return f"T#{tenant}#MIGRATION-CONTROL"


def _counts(tenant: str, migration_id: str) -> str:
    return f"T#{tenant}#MIGRATION-BYTES#{migration_id}"


def _item(migration: Migration) -> Item:
    gsi1pk = None if migration.phase.final else LIVE
    return document(
        _pk(migration.tenant), migration.id, migration, version=migration.version, gsi1pk=gsi1pk
    )
