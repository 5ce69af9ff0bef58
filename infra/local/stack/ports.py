"""Ports on loopback, kept over restarts so that URLs stay the same where they can."""

from __future__ import annotations

import json
import socket
from pathlib import Path


def ports(file: Path, names: list[str]) -> dict[str, int]:
    """Name -> port: the one used last time if it is free, otherwise another."""
    before: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    chosen = {name: _free(before.get(name, 0)) for name in names}
    file.write_text(json.dumps(chosen))
    return chosen


def _free(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free on 127.0.0.1")
