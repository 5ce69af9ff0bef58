"""Requests and replies written down, to be held against Google's own specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from .wire import Request


class Recorder:
    """Off until ``on`` is set (``POST /_local/exchanges``); one JSON object a line."""

    def __init__(self, file: Path) -> None:
        self.on = False
        self.file = file

    def add(self, request: Request, response: Response) -> None:
        if not self.on:
            return
        line = {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "request": _json(request.body),
            "status": response.status_code,
            "response": _json(response.get_data()),
        }
        with self.file.open("a") as out:
            out.write(json.dumps(line) + "\n")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
