"""The `novacron` command as a user has it, against the embedded API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.stack.services import StackError


def _print(text: str) -> None:
    print(text, flush=True)


@dataclass(frozen=True)
class Cli:
    """``say`` gets each command and what it says, for someone who watches."""

    url: str
    token: str
    say: Callable[[str], None] = _print

    def json(self, *words: str, quiet: bool = False) -> Any:
        """The command's answer as data."""
        if not quiet:
            self.say(f"\n$ novacron {' '.join(words)}")
        done = self._run("--output", "json", *words)
        return json.loads(done)

    def text(self, *words: str) -> str:
        """The command's answer as a person sees it."""
        told = self._run(*words)
        self.say(f"\n$ novacron {' '.join(words)}\n{told.rstrip()}")
        return told

    def _run(self, *words: str) -> str:
        env = {**os.environ, "NOVACRON_URL": self.url, "NOVACRON_TOKEN": self.token}
        env["COLUMNS"] = "110"
        command = [str(Path(sys.executable).parent / "novacron"), *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"novacron {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout
