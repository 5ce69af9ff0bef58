"""libvirt: real QEMU guests, emulated, on a host of the test's own."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.onprem import guest, host
from novacron.providers.base import CloudProvider
from tests.contract.env import Env

REASON_TO_SKIP: str | None = host.missing()
SECTOR = 512
LOOK_MS = 500


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    from novacron.providers.libvirt.provider import LibvirtProvider

    running = host.start(folder)
    try:
        yield env_of("libvirt", LibvirtProvider.from_settings(settings(running), {}), running)
    finally:
        running.stop()


def settings(running: host.Host) -> dict[str, str]:
    return {"uri": running.uri, "pool": running.pool, "accelerator": "qemu"}


def env_of(name: str, provider: CloudProvider, running: host.Host) -> Env:
    """What the suite needs, with ``provider`` reaching the host in whichever way it does."""
    guests = Guests(provider)
    disks = Disks(running)
    return Env(
        name=name,
        provider=provider,
        region="onprem",
        image=running.image,
        settle=settle,
        boot=lambda vm_id: guests.printed(vm_id, guest.READY),
        user_data=lambda vm_id: guests.printed(vm_id, guest.SEED),
        looks=120,
        write_block=disks.write,
        read_block=disks.read,
        guest_is_still=False,
    )


def settle() -> None:
    """The next event of the host, or a look after a while: real guests take real time."""
    import libvirt

    passed: list[bool] = []

    def over(timer: int, _opaque: Any) -> None:
        passed.append(True)
        libvirt.virEventRemoveTimeout(timer)

    libvirt.virEventRegisterDefaultImpl()
    libvirt.virEventAddTimeout(LOOK_MS, over, None)
    while not passed:
        libvirt.virEventRunDefaultImpl()


@dataclass
class Guests:
    provider: CloudProvider

    def printed(self, vm_id: str, start: str) -> str:
        """The line of the VM's console that begins so, once it is there."""
        for _ in range(240):
            for line in self.provider.console_output(vm_id).splitlines()[:-1]:
                if start in line:
                    return line
            settle()
        raise AssertionError(f"no {start!r}: {self.provider.console_output(vm_id)[-2000:]}")


@dataclass
class Disks:
    """Blocks of volumes, read and written beside libvirt; where a VM runs, as its guest would."""

    running: host.Host

    def write(self, volume_id: str, index: int, data: bytes) -> None:
        source = self.running.folder / "block"
        source.write_bytes(data.ljust(SECTOR, b"\0"))
        write = f"write -s {source} {index * SECTOR} {SECTOR}"
        if self._write_live(volume_id, write):
            return
        command = ["qemu-io", "-f", "qcow2", "-c", write, self._path(volume_id)]
        subprocess.run(command, check=True, capture_output=True)

    def _write_live(self, volume_id: str, write: str) -> bool:
        """Through the device of the VM that has the volume; False: no VM runs with it."""
        import libvirt
        import libvirt_qemu

        connection = libvirt.open(self.running.uri)
        try:
            for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
                for disk in ET.fromstring(domain.XMLDesc()).findall("devices/disk"):
                    source, alias = disk.find("source"), disk.find("alias")
                    path = None if source is None else source.get("file")
                    if alias is not None and path == self._path(volume_id):
                        device = f"/machine/peripheral/{alias.get('name')}/virtio-backend"
                        told = libvirt_qemu.qemuMonitorCommand(
                            domain,
                            f'qemu-io -d {device} "{write}"',
                            libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP,
                        )
                        assert not told.startswith("Error"), told
                        return True
        finally:
            connection.close()
        return False

    def read(self, volume_id: str, index: int) -> bytes:
        target = self.running.folder / "read"
        # "count" is of the input, with what is skipped.
        wanted = [f"skip={index}", f"count={index + 1}", f"bs={SECTOR}"]
        command = ["qemu-img", "dd", "-U", "-f", "qcow2", "-O", "raw", *wanted]
        subprocess.run([*command, f"if={self._path(volume_id)}", f"of={target}"], check=True)
        return target.read_bytes()[-SECTOR:]

    def _path(self, volume_id: str) -> str:
        return str(self.running.folder / "pool" / f"{volume_id}.qcow2")
