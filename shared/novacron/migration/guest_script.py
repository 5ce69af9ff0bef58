"""The conversion as one shell script that carries its program with it.

The program is some 30 KB, 41 KB as base64: every provider's channel takes that in one piece, so
that the guest needs no way to an object store, and nothing is left in it but the journal.
"""

from __future__ import annotations

from base64 import encodebytes
from functools import cache
from hashlib import sha256
from pathlib import Path
from shlex import join
from tempfile import TemporaryDirectory

from novacron.migration.guest.bundle import bundle

_SCRIPT = """#!/bin/sh
exec 2>&1
set -eu
umask 077
exec 9>/run/novacron-guest.lock
flock 9  # a run that was started twice goes on when the first has ended
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
base64 -d > "$folder/guest.pyz" <<'END'
@PROGRAM@END
echo "@DIGEST@  $folder/guest.pyz" | sha256sum -c - > /dev/null
for python in python3 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2> /dev/null; then
    status=0
    "$python" "$folder/guest.pyz" @ARGUMENTS@ || status=$?
    sync  # what is only in memory is not copied, and is lost where the source is paused
    exit $status
  fi
done
echo "Error: the guest has no Python 3.9 or newer. Install one."
exit 1
"""


def prepare_script(target: str, owner: str) -> str:
    """``owner``: what is applied is told to be of, so that it alone can be undone."""
    return _script("prepare", "--target", target, "--owner", owner, "--apply")


def undo_script(owner: str) -> str:
    return _script("undo", "--owner", owner)


def _script(*arguments: str) -> str:
    program = _program()
    filled = _SCRIPT.replace("@PROGRAM@", encodebytes(program).decode())
    filled = filled.replace("@DIGEST@", sha256(program).hexdigest())
    return filled.replace("@ARGUMENTS@", join(arguments))


@cache
def _program() -> bytes:
    with TemporaryDirectory() as folder:
        made = Path(folder) / "guest.pyz"
        bundle(made)
        return made.read_bytes()
