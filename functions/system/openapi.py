"""GET /openapi.json, open to all: what the API is, not what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from novacron.errors import NotFound
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import NOTHING

app = api()


DOCUMENT = Path(__file__).with_name("openapi.json")
"""Written by ``infra/build.py`` from the routes of all functions."""


@app.get("/openapi.json", tags=["system"])
def openapi() -> dict[str, Any]:
    """This description (OpenAPI 3.1)."""
    if not DOCUMENT.exists():
        raise NotFound("The description is made by the build; this is no build.")
    document: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return document


REQUIRES = NOTHING
lambda_handler = entry(app)
