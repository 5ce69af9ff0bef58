"""The `novacron` command as a user has it, against the embedded API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.stack.services import StackError


@dataclass(frozen=True)
class Cli:
    """``show``: print each command and what it says, for someone who watches."""

    url: str
    token: str
    show: bool = True

    def json(self, *words: str, quiet: bool = False) -> Any:
        """The command's answer as data."""
        if self.show and not quiet:
            print(f"\n$ novacron {' '.join(words)}", flush=True)
        done = self._run("--output", "json", *words)
        return json.loads(done)

    def text(self, *words: str) -> str:
        """The command's answer as a person sees it."""
        told = self._run(*words)
        if self.show:
            print(f"\n$ novacron {' '.join(words)}\n{told.rstrip()}", flush=True)
        return told

    def _run(self, *words: str) -> str:
        env = {**os.environ, "NOVACRON_URL": self.url, "NOVACRON_TOKEN": self.token}
        env["COLUMNS"] = "110"
        command = [str(Path(sys.executable).parent / "novacron"), *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"novacron {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout
