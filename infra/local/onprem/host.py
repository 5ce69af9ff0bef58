"""One libvirt host on this machine, in namespaces of its own; all of it ends with its process."""

from __future__ import annotations

import hashlib
import os
import select
import shutil
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.onprem import guest

POOL = "novacron"
IMAGE = "novacron-guest"
START_SECONDS = 60
PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "libvirtd": "libvirt-daemon-system",
    "dnsmasq": "dnsmasq-base",
    "iptables": "iptables",
    "ip": "iproute2",
    "busybox": "busybox-static",
    "syslinux": "syslinux",
    "mcopy": "mtools",
    "mkfs.vfat": "dosfstools",
    "mke2fs": "e2fsprogs",
    "depmod": "kmod",
    "cpio": "cpio",
    "sfdisk": "fdisk",
}
QEMU_CONF = """user = "root"
group = "root"
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
remember_owner = 0
"""


def missing() -> str | None:
    """What keeps libvirt and QEMU from running here, and the packages to install."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    lacking = [package for name, package in PROGRAMS.items() if not shutil.which(name, path=path)]
    if guest.kernel() is None:
        lacking.append("linux-image-cloud-amd64")
    if not Path("/usr/lib/syslinux/mbr/mbr.bin").exists():
        lacking.append("syslinux-common")
    if lacking:
        return f"these packages are missing: {' '.join(sorted(lacking))}"
    try:
        import libvirt  # noqa: F401
    except ImportError:
        return "libvirt-python is missing (it is built with libvirt-dev, pkg-config and gcc)"
    probe = [*_unshare(), "mount", "--bind", "/tmp", "/mnt"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        return "namespaces are not allowed here (they need root, or user namespaces)"
    return None


@dataclass
class Host:
    """``uri`` for libvirt's clients; ``image`` is a volume of ``pool`` that boots."""

    folder: Path
    name: str
    uri: str
    pool: str = POOL
    image: str = IMAGE
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def stop(self) -> None:
        """Guests are cut off, as by a power failure; disks and definitions stay."""
        if self.process is not None and self.process.poll() is None:
            inside = _inside(self)
            ended = os.pidfd_open(int(inside)) if inside else None
            self.process.kill()
            self.process.wait()
            if ended is not None:  # it outlives unshare, and still answers, for some moments
                select.select([ended], [], [], START_SECONDS)
                os.close(ended)


def start(folder: Path, name: str = "onprem-1", address: str | None = None) -> Host:
    """A host whose state is in ``folder``, as it was when it stopped. RuntimeError: not started.

    ``address``: where guests that move here arrive; ``join`` gives it that.
    """
    folder = folder.resolve()
    for part in ("etc", "pool"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "etc" / "qemu.conf").write_text(
        QEMU_CONF + (f'migration_host = "{address}"\n' if address else "")
    )
    host_uuid = uuid.uuid5(uuid.NAMESPACE_URL, str(folder))
    (folder / "etc" / "libvirtd.conf").write_text(
        f'auth_unix_rw = "none"\nhost_uuid = "{host_uuid}"\n'
    )
    if not (folder / "pool" / IMAGE).exists():
        draft = folder / "guest.qcow2"
        guest.build(draft)
        draft.rename(folder / "pool" / IMAGE)
    socket = _short(folder) / "run" / "libvirt-sock"
    command = [*_unshare(), "bash", str(Path(__file__).with_name("host.sh")), str(folder), name]
    with (folder / "libvirtd.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    host = Host(folder, name, f"qemu:///system?socket={socket}", process=process)
    try:
        _make_pool(_connect(host), folder)
    except BaseException:
        host.stop()
        raise
    return host


def join(one: Host, other: Host, address: str, other_address: str) -> None:
    """A cable between two hosts. CalledProcessError: it needs root."""
    first, second = _inside(one), _inside(other)
    ends = ["netns", first, "type", "veth", "peer", "name", "cable", "netns", second]
    commands = [["ip", "link", "add", "cable", *ends]]
    for process, own in ((first, address), (second, other_address)):
        enter = ["nsenter", "--target", process, "--net", "ip"]
        commands.append([*enter, "address", "add", f"{own}/24", "dev", "cable"])
        commands.append([*enter, "link", "set", "cable", "up"])
    for command in commands:
        subprocess.run(command, check=True, capture_output=True)


def _inside(host: Host) -> str:
    """The first process in the host's namespaces, if it is there yet: unshare itself stays
    outside of some."""
    assert host.process is not None
    pid = host.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().partition(" ")[0]


def _unshare() -> list[str]:
    """A killed process takes its children with it: they are in its PID namespace."""
    command = ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child"]
    return command if os.geteuid() == 0 else [*command, "--user", "--map-root-user"]


def _short(folder: Path) -> Path:
    """A Unix socket's path has at most 107 bytes; a link keeps it short wherever we are."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    link = Path(tempfile.gettempdir()) / f"novacron-{os.geteuid()}-{name}"
    if not link.is_symlink() or link.readlink() != folder:
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    return link


def _connect(host: Host) -> Any:
    import libvirt

    libvirt.registerErrorHandler(lambda *_: None, None)  # it would print every attempt
    assert host.process is not None
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return libvirt.open(host.uri)
        except libvirt.libvirtError as error:
            if host.process.poll() is not None or time.monotonic() > until:
                told = f"libvirtd did not start, see {host.folder / 'libvirtd.log'}"
                raise RuntimeError(told) from error
            time.sleep(0.1)


def _make_pool(connection: Any, folder: Path) -> None:
    if POOL not in [pool.name() for pool in connection.listAllStoragePools()]:
        path = folder / "pool"
        connection.storagePoolDefineXML(
            f"<pool type='dir'><name>{POOL}</name><target><path>{path}</path></target></pool>"
        )
    pool = connection.storagePoolLookupByName(POOL)
    if not pool.isActive():
        pool.create()
    pool.refresh()
