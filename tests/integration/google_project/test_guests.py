"""Scripts of instances, run for real: their disks are files while they are attached."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.google_project.cloud import PROJECT, ZONE, Cloud, new_name

HOLD = "exec sleep infinity"
AT = 5 * 1024**2


class Bell:
    """What scripts ring: ``echo line > {bell}``."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDWR)

    def __str__(self) -> str:
        return str(self.path)

    def heard(self) -> str:
        assert select.select([self._end], [], [], 20)[0], "nobody rang"
        return os.read(self._end, 100).decode().strip()


@pytest.fixture
def bell(tmp_path: Path) -> Bell:
    return Bell(tmp_path / "bell")


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with Cloud.open(tmp_path, guests={}) as running:
        yield running


def script(text: str) -> dict[str, Any]:
    return {"metadata": {"items": [{"key": "startup-script", "value": text}]}}


def attach(cloud: Cloud, vm: Any, disk: Any, mode: str = "READ_WRITE") -> None:
    body = {"source": f"zones/{ZONE}/disks/{disk.name}", "device_name": disk.name, "mode": mode}
    cloud.client("Instances").attach_disk_unary(
        project=PROJECT, zone=ZONE, instance=vm.name, attached_disk_resource=body
    )


def detach(cloud: Cloud, vm: Any, disk: Any) -> None:
    cloud.client("Instances").detach_disk_unary(
        project=PROJECT, zone=ZONE, instance=vm.name, device_name=disk.name
    )


def device(cloud: Cloud, vm: Any, disk: Any) -> Path:
    folder = cloud.server.project.guests.folder({"id": str(vm.id)})
    return folder / "devices" / f"google-{disk.name}"


def held(cloud: Cloud, disk: Any) -> bytes:
    return cloud.server.project.blocks.read(str(disk.id), AT, 5)


def poke(file: Path, data: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(AT)
        opened.write(data)


def test_a_script_writes_to_its_disks_and_a_detach_brings_it_back(cloud: Cloud, bell: Bell) -> None:
    disk = cloud.disk(size_gb=1)
    cloud.server.project.blocks.write(str(disk.id), AT, b"old..")
    wait = f'until [ -f "$DEVICES/google-{disk.name}" ]; do sleep 0.01; done\n'
    write = f"printf fresh | dd of=$DEVICES/google-{disk.name} bs=1 seek={AT} conv=notrunc\n"
    vm = cloud.instance(**script(f"{wait}{write}echo done > {bell}\n{HOLD}"))
    attach(cloud, vm, disk)
    file = device(cloud, vm, disk)
    assert file.stat().st_size == 1024**3
    assert bell.heard() == "done"
    assert held(cloud, disk) == b"old.."
    detach(cloud, vm, disk)
    assert held(cloud, disk) == b"fresh"
    assert not file.exists()


def test_a_snapshot_and_a_stop_bring_it_back_and_readers_change_nothing(cloud: Cloud) -> None:
    written, read = cloud.disk(size_gb=1), cloud.disk(size_gb=1)
    vm = cloud.instance(**script(HOLD))
    attach(cloud, vm, written)
    attach(cloud, vm, read, "READ_ONLY")
    for disk in (written, read):
        poke(device(cloud, vm, disk), b"first")
    source = f"zones/{ZONE}/disks/{written.name}"
    cloud.client("Snapshots").insert_unary(
        project=PROJECT, snapshot_resource={"name": new_name("snap"), "source_disk": source}
    )
    assert held(cloud, written) == b"first"
    poke(device(cloud, vm, written), b"\0\0\0\0\0")
    cloud.client("Instances").stop_unary(project=PROJECT, zone=ZONE, instance=vm.name)
    assert held(cloud, written) == bytes(5)
    assert held(cloud, read) == bytes(5)


def test_the_script_runs_at_each_boot_and_dies_with_its_instance(cloud: Cloud, bell: Bell) -> None:
    vm = cloud.instance(**script(f'echo "$$" > {bell}\n{HOLD}'))
    instances, named = cloud.client("Instances"), {"zone": ZONE, "instance": vm.name}
    first = bell.heard()
    instances.stop_unary(project=PROJECT, **named)
    assert not Path("/proc", first).exists()
    instances.start_unary(project=PROJECT, **named)
    second = bell.heard()
    assert Path("/proc", second).exists()
    instances.delete_unary(project=PROJECT, **named)
    assert not Path("/proc", second).exists()


def test_a_restarted_project_boots_what_ran(tmp_path: Path, bell: Bell) -> None:
    with Cloud.open(tmp_path, guests={}) as first:
        disk, vm = first.disk(size_gb=1), first.instance(**script(f"echo up > {bell}\n{HOLD}"))
        attach(first, vm, disk)
        poke(device(first, vm, disk), b"kept.")
        assert bell.heard() == "up"
    with Cloud.open(tmp_path, guests={}) as second:
        assert bell.heard() == "up"
        with device(second, vm, disk).open("rb") as file:
            file.seek(AT)
            assert file.read(5) == b"kept."


def test_what_a_killed_project_left_running_is_taken_over(cloud: Cloud, bell: Bell) -> None:
    disk, vm = cloud.disk(size_gb=1), cloud.instance(**script(f'echo "$$" > {bell}\n{HOLD}'))
    first = bell.heard()
    attach(cloud, vm, disk)
    poke(device(cloud, vm, disk), b"kept.")
    guests = cloud.server.project.guests
    left = guests._running.copy()
    guests._running.clear()  # a new process knows of none
    guests.boot_all()
    assert left.popitem()[1].wait(20) < 0
    assert bell.heard() != first
    assert held(cloud, disk) == b"kept."


def test_no_script_runs_where_guests_are_off(tmp_path: Path) -> None:
    with Cloud.open(tmp_path) as off:
        vm = off.instance(**script(HOLD))
        assert not off.server.project.guests.folder({"id": str(vm.id)}).exists()
