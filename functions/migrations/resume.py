"""POST /migrations/{id}/resume"""

from __future__ import annotations

from novacron.migration.control import resume
from novacron.models.migration import MigrationView
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import ask
from novacron.runtime.permissions import STEER
from novacron.runtime.routes import Id, Key

app = api()


@app.post("/migrations/<migration_id>/resume", tags=["migrations"], status_code=202)
def resume_migration(migration_id: Id, key: Key) -> MigrationView:
    """Go on copying."""
    return ask(app, "migration.resume", resume, migration_id, key)


REQUIRES = STEER
lambda_handler = entry(app)
