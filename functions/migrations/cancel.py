"""POST /migrations/{id}/cancel"""

from __future__ import annotations

from novacron.migration.control import cancel
from novacron.models.migration import MigrationView
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import ask
from novacron.runtime.permissions import STEER
from novacron.runtime.routes import Id, Key

app = api()


@app.post("/migrations/<migration_id>/cancel", tags=["migrations"], status_code=202)
def cancel_migration(migration_id: Id, key: Key) -> MigrationView:
    """Undo it; the source goes on. 409 once the target has taken over."""
    return ask(app, "migration.cancel", cancel, migration_id, key)


REQUIRES = STEER
lambda_handler = entry(app)
