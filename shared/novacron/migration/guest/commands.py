"""Programs: run in this guest, or in one whose root is mounted here."""

from __future__ import annotations

import subprocess
from pathlib import Path

from novacron.errors import Conflict, Unsupported

SECONDS = 1800
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/root"}
_JAIL = """set -e
mount --make-rprivate /
mount -t proc proc "$0/proc"
mount -t sysfs -o ro sysfs "$0/sys"
mount -t tmpfs -o mode=1777 tmpfs "$0/tmp"
mount -t tmpfs -o mode=755 tmpfs "$0/dev"
for name in null zero full random urandom; do
  touch "$0/dev/$name"; mount --bind "/dev/$name" "$0/dev/$name"
done
ln -s /proc/self/fd "$0/dev/fd"
ln -s /proc/self/fd/0 "$0/dev/stdin"
ln -s /proc/self/fd/1 "$0/dev/stdout"
ln -s /proc/self/fd/2 "$0/dev/stderr"
exec chroot "$0" "$@"
"""
"""In namespaces of its own, so that what is mounted is gone when the program ends. It has neither
network nor the disks of this machine."""


def run(*command: str) -> str:
    """Its output. Unsupported: it is not installed. Conflict: it failed; the detail is the end of
    what it said."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed programs, no shell
            command, capture_output=True, text=True, env=ENVIRONMENT, timeout=SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise Unsupported(f"{command[0]} is not installed here.") from error
    except subprocess.TimeoutExpired as error:
        raise Conflict(f"{command[0]} took more than {SECONDS} s.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise Conflict(f"{' '.join(command[-4:])} failed with {done.returncode}: {said}")
    return done.stdout


def run_in(root: Path, *command: str) -> str:
    """The guest's own program, as root. Raises as ``run``."""
    if root == Path("/"):
        return run(*command)
    jail = ["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "sh", "-c", _JAIL, str(root)]
    return run(*jail, *command)
