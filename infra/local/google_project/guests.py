"""What runs inside instances: off, unless ``Options.guests`` gives the environment for it.

An instance that runs and has ``startup-script`` in its metadata runs that with bash, at each boot
(https://cloud.google.com/compute/docs/instances/startup-scripts/linux), as a child of this process
in a process group of its own. Unlike a guest of Google's it shares this machine's files and
network, has no metadata server, and is killed by a stop (and a suspend) without a word; it is
killed when this process ends in order too, and boots again with it. Its folder is
``<state>/guests/<instance id>``: working directory, HOME and STATE, with ``log`` as the output of
the script, and DEVICES, where each attached disk is a sparse file ``google-<device name>``
(https://cloud.google.com/compute/docs/disks/disk-symlinks). A disk's bytes are in its file while
it is attached, and come back when it is detached, the instance stops, or somebody looks at them (a
snapshot, an image). What is written to a disk that is attached read-only is lost: a real one would
refuse it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .blocks import Blocks
from .device_files import fill, take_back
from .store import Body, Store, path_of


class Guests:
    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None, store: Store, blocks: Blocks
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._store = store
        self._blocks = blocks
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def boot(self, instance: Body) -> None:
        """Attach its disks and run its script; a second boot is nothing."""
        script = _script(instance)
        if self._environment is None or script is None or instance["id"] in self._running:
            return
        folder = self.folder(instance)
        self._take_over(instance)
        shutil.rmtree(folder / "devices", ignore_errors=True)
        (folder / "devices").mkdir(parents=True)
        for entry in instance["disks"]:
            self._fill(instance, entry)
        (folder / "startup-script").write_text(script)
        told = {"HOME": folder, "STATE": folder, "DEVICES": folder / "devices"}
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                ["/bin/bash", "startup-script"],
                cwd=folder,
                env={"PATH": os.environ["PATH"], **self._environment, **_strings(told)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (folder / "pid").write_text(str(process.pid))
        self._running[instance["id"]] = process

    def folder(self, instance: Body) -> Path:
        return self._folder / str(instance["id"])

    def attach(self, instance: Body, entry: Body) -> None:
        if instance["id"] in self._running:
            self._fill(instance, entry)

    def detach(self, instance: Body, entry: Body) -> None:
        self._flush(instance, entry)
        self._file(instance, entry).unlink(missing_ok=True)

    def flush(self, disk: Body) -> None:
        """Somebody is about to look at the disk's blocks."""
        for user in disk.get("users", []):
            instance = self._store.get(path_of(user))
            for entry in instance["disks"]:
                if entry["source"] == disk["selfLink"]:
                    self._flush(instance, entry)

    def stop(self, instance: Body) -> None:
        """Kill it, and take its disks back."""
        process = self._running.pop(instance["id"], None)
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for entry in instance["disks"]:
                self.detach(instance, entry)

    def boot_all(self) -> None:
        for instance in self._instances():
            if instance["status"] == "RUNNING":
                self.boot(instance)

    def stop_all(self) -> None:
        for instance in self._instances():
            self.stop(instance)

    def _take_over(self, instance: Body) -> None:
        """What a killed server left: its guest still runs, and its files are the disks."""
        folder = self.folder(instance)
        pid = (folder / "pid").read_text() if (folder / "pid").exists() else "0"
        there = Path("/proc", pid, "cwd")
        if there.exists() and there.resolve() == folder.resolve():
            os.killpg(int(pid), signal.SIGKILL)
        for entry in instance["disks"]:
            self.detach(instance, entry)

    def _instances(self) -> list[Body]:
        bodies = list(self._store.items.values())
        return [one for one in bodies if one["kind"] == "compute#instance"]

    def _fill(self, instance: Body, entry: Body) -> None:
        disk = self._store.get(path_of(entry["source"]))
        fill(self._file(instance, entry), self._blocks, disk["id"], int(disk["sizeGb"]))

    def _flush(self, instance: Body, entry: Body) -> None:
        file = self._file(instance, entry)
        if entry["mode"] == "READ_WRITE" and file.exists():
            disk = self._store.get(path_of(entry["source"]))
            take_back(file, self._blocks, disk["id"])

    def _file(self, instance: Body, entry: Body) -> Path:
        return self.folder(instance) / "devices" / f"google-{entry['deviceName']}"


def _script(instance: Body) -> str | None:
    items = instance["metadata"].get("items", [])
    return next((one["value"] for one in items if one["key"] == "startup-script"), None)


def _strings(paths: Mapping[str, Path]) -> dict[str, str]:
    return {name: str(path) for name, path in paths.items()}
