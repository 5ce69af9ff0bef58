"""libvirt: real QEMU guests, emulated, on a host of the test's own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.onprem import guest, host
from tests.contract.env import Env

REASON_TO_SKIP: str | None = host.missing()
SECTOR = 512
LOOK_MS = 500


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    import libvirt

    from novacron.providers.libvirt.provider import LibvirtProvider

    libvirt.virEventRegisterDefaultImpl()
    running = host.start(folder)
    settings = {"uri": running.uri, "pool": running.pool, "accelerator": "qemu"}
    provider = LibvirtProvider.from_settings(settings, {})

    def settle() -> None:
        """The next event of the host, or a look after a while: real guests take real time."""
        passed: list[bool] = []

        def over(timer: int, _opaque: Any) -> None:
            passed.append(True)
            libvirt.virEventRemoveTimeout(timer)

        libvirt.virEventAddTimeout(LOOK_MS, over, None)
        while not passed:
            libvirt.virEventRunDefaultImpl()

    def boot(vm_id: str) -> None:
        for _ in range(240):
            if guest.READY in provider.console_output(vm_id):
                return
            settle()
        raise AssertionError(f"the guest did not boot: {provider.console_output(vm_id)[-2000:]}")

    def path(volume_id: str) -> str:
        return str(folder.resolve() / "pool" / f"{volume_id}.qcow2")

    def write_block(volume_id: str, index: int, data: bytes) -> None:
        source = folder / "block"
        source.write_bytes(data.ljust(SECTOR, b"\0"))
        _qemu_io(path(volume_id), f"write -s {source} {index * SECTOR} {SECTOR}")

    def read_block(volume_id: str, index: int) -> bytes:
        target = folder / "read"
        # "count" is of the input, with what is skipped.
        wanted = [f"skip={index}", f"count={index + 1}", f"bs={SECTOR}"]
        command = ["qemu-img", "dd", "-f", "qcow2", "-O", "raw", *wanted]
        subprocess.run([*command, f"if={path(volume_id)}", f"of={target}"], check=True)
        return target.read_bytes()[-SECTOR:]

    try:
        yield Env(
            name="libvirt",
            provider=provider,
            region="onprem",
            image=running.image,
            settle=settle,
            boot=boot,
            looks=120,
            write_block=write_block,
            read_block=read_block,
        )
    finally:
        running.stop()


def _qemu_io(path: str, command: str) -> None:
    subprocess.run(["qemu-io", "-f", "qcow2", "-c", command, path], check=True, capture_output=True)
