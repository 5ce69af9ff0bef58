"""Child processes: started, waited for, stopped in order, found again after a crash."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

READY_SECONDS = 60
STOP_SECONDS = 20


class StackError(Exception):
    """Something of the stack did not work; the text says what and where its log is."""


@dataclass
class Service:
    """One process that listens on a port of loopback. ``folder`` takes its log and pid."""

    name: str
    command: list[str]
    port: int
    folder: Path
    env: Mapping[str, str] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def start(self) -> None:
        """Start it and wait until it accepts connections. StackError: it ended or stays silent."""
        stop_leftover(self._pid_file, str(self.folder))
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C is for us alone, who stop the services in order.
            self.process = subprocess.Popen(
                self.command, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        self._pid_file.write_text(str(self.process.pid))
        until = time.monotonic() + READY_SECONDS
        while not _listens(self.port):
            if self.process.poll() is not None:
                raise StackError(f"{self.name} ended with {self.process.returncode}: {self.log}")
            if time.monotonic() > until:
                raise StackError(f"{self.name} did not listen in {READY_SECONDS} s: {self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Orderly first: the control plane writes its state then."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """As a crash would end it, its children too: it can write nothing any more."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def children(self) -> list[int]:
        """The processes that it has started and that run, by id (Linux)."""
        pid = self.process.pid if self.process is not None else 0
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"


def stop_leftover(pid_file: Path, mark: str) -> None:
    """End what a run that was killed left behind: only a process whose command or environment
    names our own folder, as its number may be another's by now."""
    if not pid_file.exists():
        return
    proc = Path("/proc") / pid_file.read_text().strip()
    try:
        told = (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()
        if mark.encode() in told:
            os.killpg(int(proc.name), signal.SIGTERM)
            until = time.monotonic() + STOP_SECONDS
            while (proc / "cmdline").exists() and time.monotonic() < until:
                time.sleep(0.05)
    except (OSError, ValueError):
        pass
    pid_file.unlink(missing_ok=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
