"""GET /providers"""

from __future__ import annotations

from novacron.models.base import Model
from novacron.providers.support import Support, support
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import NOTHING

app = api()


class Providers(Model):
    items: list[Support]


@app.get("/providers", tags=["system"])
def providers() -> Providers:
    """What each provider can do, with the reason for each refusal."""
    reader(app, "system.providers")
    return Providers(items=support())


REQUIRES = NOTHING
lambda_handler = entry(app)
