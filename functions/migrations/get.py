"""GET /migrations/{id}"""

from __future__ import annotations

from novacron.migration.control import view
from novacron.models.migration import MigrationView
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id

app = api()


@app.get("/migrations/<migration_id>", tags=["migrations"])
def get_migration(migration_id: Id) -> MigrationView:
    """How far a migration is: its rounds, why it holds, each term of its downtime."""
    who = reader(app, "migration.get")
    return view(services(), who.tenant, migration_id)


REQUIRES = READ
lambda_handler = entry(app)
