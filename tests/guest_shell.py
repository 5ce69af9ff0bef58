"""A guest that really runs what it is sent: a Debian's few files as the root of a namespace.

Its shell, tools and Python are this machine's, mounted read-only; what it writes is below its
folder. It has no network, no disks and no other processes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from novacron.models.guest import GuestResult
from novacron.providers.guest_commands import bounded
from tests.unit.migration.guest import trees

MISSING = (
    None
    if os.geteuid() == 0 and shutil.which("unshare") and Path("/usr/bin/python3").exists()
    else "only root can give a guest namespaces of its own"
)
_MOUNT = """set -e
mount --make-rprivate /
cd "$0"
for place in usr/bin usr/lib64 usr/lib/python3* usr/lib/*-linux-gnu; do
  [ ! -d "$place" ] || mount --bind "/$place" "$place"
done
mount -t proc proc proc
mount -t tmpfs tmpfs dev
for name in null urandom; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
[ -z "$SOCKET" ] || exec 3<&"$SOCKET"
exec chroot . "$@"
"""
_NAMESPACES = ("--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child")
_PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SOCKET": ""}
_UPDATE = """#!/bin/sh
ls /etc/initramfs-tools/hooks > /boot/initrd.img-6.1.0-1-amd64
"""
_BLKID = f"""#!/bin/sh
printf 'DEVNAME=/dev/vda1\\nUUID={trees.UUID}\\nTYPE=ext4\\n'
"""


class GuestShell:
    """``root``: the guest's files. ``runs``: how often it was sent a script."""

    def __init__(self, root: Path) -> None:
        self.root = trees.write(root, trees.DEBIAN)
        self.runs = 0
        for name, program in (("update-initramfs", _UPDATE), ("blkid", _BLKID)):
            (root / "usr/sbin" / name).write_text(program)
            (root / "usr/sbin" / name).chmod(0o755)
        for link in ("bin", "lib64"):
            (root / link).symlink_to(f"usr/{link}")
        host = [*Path("/usr/lib").glob("python3*"), *Path("/usr/lib").glob("*-linux-gnu")]
        for place in (Path("/usr/bin"), Path("/usr/lib64"), *host):
            root.joinpath(*place.parts[1:]).mkdir(parents=True, exist_ok=True)
        for name in ("proc", "dev", "run", "tmp"):
            (root / name).mkdir()

    def __call__(self, _vm_id: str, script: str) -> GuestResult:
        self.runs += 1
        sent = self.root / "run/script"
        sent.write_text(script)
        command = self._inside("/bin/sh", "/run/script")
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=_PATH)
        sent.unlink()
        return bounded(done.returncode, done.stdout, done.stderr)

    def agent(self, listening: int) -> subprocess.Popen[bytes]:
        """QEMU's guest agent, which answers who connects to this socket: the third descriptor, as
        https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html has it."""
        shutil.copy(str(shutil.which("qemu-ga")), self.root / "usr/sbin")
        command = self._inside("/usr/sbin/qemu-ga", "--method=unix-listen", "--statedir=/run")
        told = {**_PATH, "SOCKET": str(listening), "LISTEN_PID": "1", "LISTEN_FDS": "1"}
        return subprocess.Popen(command, env=told, pass_fds=(listening,))

    def _inside(self, *program: str) -> list[str]:
        return ["unshare", *_NAMESPACES, "bash", "-c", _MOUNT, str(self.root), *program]

    @property
    def contents(self) -> dict[str, object]:
        return {k: v for k, v in trees.contents(self.root).items() if not k.startswith("run")}

    @property
    def hook(self) -> Path:
        return self.root / "etc/initramfs-tools/hooks/novacron"
