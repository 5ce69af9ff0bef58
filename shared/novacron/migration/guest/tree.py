"""A guest's root file system under a folder, read and written without leaving that folder."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from novacron.errors import InvalidSpec

LINKS = 40
"""As many symbolic links as Linux follows (path_resolution(7))."""


class Tree:
    """Paths are relative to the root. Links are followed as the guest would, so that none that
    the guest's owner made leads to a file of the machine that converts it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def resolve(self, path: str) -> Path:
        """Where ``path`` is here, all links followed. InvalidSpec: they go in circles."""
        todo = [part for part in path.split("/") if part not in ("", ".")][::-1]
        done: list[str] = []
        links = 0
        while todo:
            part = todo.pop()
            if part == "..":
                del done[-1:]
                continue
            here = self.root.joinpath(*done, part)
            if not here.is_symlink():
                done.append(part)
                continue
            links += 1
            if links > LINKS:
                raise InvalidSpec(f"Too many symbolic links in the guest's {path}.")
            aim = str(here.readlink())
            if aim.startswith("/"):
                done = []
            todo += [one for one in aim.split("/") if one not in ("", ".")][::-1]
        return self.root.joinpath(*done)

    def is_file(self, path: str) -> bool:
        return self.resolve(path).is_file()

    def is_dir(self, path: str) -> bool:
        return self.resolve(path).is_dir()

    def read(self, path: str) -> str:
        """The text, "" where there is no such file. Bytes that are no UTF-8 survive a rewrite."""
        data = self.content(path)
        return "" if data is None else data.decode(errors="surrogateescape")

    def content(self, path: str) -> bytes | None:
        """None where there is no such file."""
        real = self.resolve(path)
        return real.read_bytes() if real.is_file() else None

    def names(self, path: str, pattern: str = "*") -> list[str]:
        """Paths of what is in a folder, sorted; none where there is no such folder."""
        folder = self.resolve(path)
        found = sorted(one.name for one in folder.glob(pattern)) if folder.is_dir() else []
        return [f"{path}/{name}" for name in found]

    def write(self, path: str, content: bytes, mode: int) -> None:
        """In one step. A file that is there keeps its owner, mode and SELinux label; a new one
        is root's and gets the label of its folder."""
        real = self.resolve(path)
        like = real if real.exists() else real.parent
        fresh = real.with_name(f".{real.name}.novacron")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # FAT knows neither modes nor owners nor labels.
        with suppress(OSError):
            if like == real:
                kept = real.stat()
                os.chown(fresh, kept.st_uid, kept.st_gid)
                mode = kept.st_mode & 0o7777
            fresh.chmod(mode)
        with suppress(OSError):
            os.setxattr(fresh, "security.selinux", os.getxattr(like, "security.selinux"))
        fresh.replace(real)


def encode(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
