"""Where the API is and who we are: environment first, then the file that ``login`` writes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from novacron.cli.exits import NOT_SIGNED_IN, CliError


@dataclass(frozen=True)
class Config:
    url: str
    token: str


def path() -> Path:
    """The file, under the XDG base directory (https://specifications.freedesktop.org/basedir/)."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "novacron" / "config.json"


def save(config: Config) -> Path:
    """Write the file so that only its owner can read it, whole or not at all."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"url": config.url, "token": config.token}, file)
    draft.replace(target)
    return target


def load() -> Config:
    """NOVACRON_URL and NOVACRON_TOKEN, each falling back to the file. Raises CliError."""
    stored: dict[str, str] = {}
    if path().exists():
        try:
            stored = json.loads(path().read_text())
        except ValueError as error:
            raise CliError(f"{path()} is not JSON: run `novacron login` again.") from error
    url = os.environ.get("NOVACRON_URL") or stored.get("url")
    token = os.environ.get("NOVACRON_TOKEN") or stored.get("token")
    if not url or not token:
        raise CliError(
            "Not signed in: run `novacron login`, or set NOVACRON_URL and NOVACRON_TOKEN.",
            NOT_SIGNED_IN,
        )
    return Config(url=url, token=token)
