"""Run a command and keep what it said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Failed(Exception):
    """A command ended with another code than 0; ``output`` is all that it said."""

    def __init__(self, text: str, output: str = "") -> None:
        super().__init__(text)
        self.output = output


def run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """The command's output, also shown as it comes. Raises Failed."""
    told = []
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            told.append(line)
    if process.returncode:
        text = f"{' '.join(command)} ended with {process.returncode}"
        raise Failed(text, "".join(told))
    return "".join(told)


def pytest(*arguments: str, env: dict[str, str] | None = None) -> str:
    """The summary line of a pytest run in which everything passed. Raises Failed."""
    command = [sys.executable, "-m", "pytest", "-o", "addopts=--strict-markers", *arguments]
    return run(*command, env=env).strip().splitlines()[-1].strip("= ")
