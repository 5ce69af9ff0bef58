"""POST /migrations/{id}/cut-over"""

from __future__ import annotations

from novacron.migration.control import cut_over
from novacron.models.migration import MigrationView
from novacron.runtime.http import api, entry
from novacron.runtime.migrations import ask
from novacron.runtime.permissions import STEER
from novacron.runtime.routes import Id, Key

app = api()


@app.post("/migrations/<migration_id>/cut-over", tags=["migrations"], status_code=202)
def cut_over_migration(migration_id: Id, key: Key) -> MigrationView:
    """Cut over when the round that is under way has ended."""
    return ask(app, "migration.cut-over", cut_over, migration_id, key)


REQUIRES = STEER
lambda_handler = entry(app)
