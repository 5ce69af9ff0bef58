"""POST /migrations/{id}/pause"""

from __future__ import annotations

from novacron.migration.control import pause
from novacron.models.migration import MigrationView
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import ask
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Id, Key

app = api()


@app.post("/migrations/<migration_id>/pause", tags=["migrations"], status_code=202)
def pause_migration(migration_id: Id, key: Key) -> MigrationView:
    """Copy nothing more until it is resumed."""
    return ask(app, "migration.pause", pause, migration_id, key)


REQUIRES = AUDITED
lambda_handler = entry(app)
