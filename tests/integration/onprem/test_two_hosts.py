"""Two real libvirt hosts are one environment, and one of them may go down."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.onprem import host
from novacron.errors import ProviderUnavailable, Unsupported
from novacron.models.base import Ownership
from novacron.models.vm import VmFilter, VmSpec, VmState
from novacron.models.volume import ResourceFilter, VolumeSpec
from novacron.providers.base import FIRST_PAGE, CloudProvider, iterate

pytestmark = pytest.mark.qemu
_numbers = itertools.count(1)


@dataclass
class Site:
    hosts: dict[str, host.Host]
    provider: CloudProvider

    def files(self) -> dict[str, list[str]]:
        return {zone: _names(one.folder / "pool") for zone, one in self.hosts.items()}


def _names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    reason = host.missing()
    if reason is not None:
        pytest.skip(reason)
    from novacron.providers.libvirt.provider import LibvirtProvider

    folders = {zone: tmp_path_factory.mktemp(zone) for zone in ("rack-a", "rack-b")}
    hosts = {"rack-a": host.start(folders["rack-a"], "rack-a")}
    image = folders["rack-a"] / "pool" / host.IMAGE
    (folders["rack-b"] / "pool").mkdir()
    os.link(image, folders["rack-b"] / "pool" / host.IMAGE)
    try:
        hosts["rack-b"] = host.start(folders["rack-b"], "rack-b")
        uri = ",".join(f"{zone}={one.uri}" for zone, one in hosts.items())
        settings = {"uri": uri, "accelerator": "qemu"}
        yield Site(hosts, LibvirtProvider.from_settings(settings, {}))
    finally:
        for one in hosts.values():
            one.stop()


def spec(**told: object) -> VmSpec:
    given = {"name": "web", "region": "onprem", "image": host.IMAGE, "memory_mib": 128, **told}
    return VmSpec.model_validate(given)


def owner() -> Ownership:
    return Ownership(tenant="acme", operation=f"op-two-{next(_numbers)}")


def test_a_failed_create_leaves_nothing(site: Site) -> None:
    before = site.files()
    refused = {"user_data": "#!/bin/sh\n", "architecture": "arm64"}
    with pytest.raises(Unsupported):
        site.provider.create_vm(spec(**refused), owner())
    assert site.files() == before


def test_a_vm_leaves_with_its_seed(site: Site) -> None:
    before = site.files()
    vm = site.provider.create_vm(spec(user_data="#!/bin/sh\n"), owner())
    site.provider.delete_vm(vm.id)
    assert site.files() == before


def test_the_emptier_host_takes_it_and_a_repeat_finds_it(site: Site) -> None:
    first_owner = owner()
    first = site.provider.create_vm(spec(vcpus=3), first_owner)
    second = site.provider.create_vm(spec(), owner())
    assert {first.zone, second.zone} == {"rack-a", "rack-b"}
    assert site.provider.create_vm(spec(vcpus=3), first_owner).id == first.id
    assert {vm.id for vm in iterate(site.provider.list_vms, VmFilter())} == {first.id, second.id}
    for vm in (first, second):
        site.provider.delete_vm(vm.id)


def test_a_volume_is_made_once_wherever_there_is_more_room(site: Site) -> None:
    wanted, who = VolumeSpec(name="data", region="onprem", size_gib=1), owner()
    first = site.provider.create_volume(wanted, who)
    again = site.provider.create_volume(wanted, who)
    assert (again.id, again.zone) == (first.id, first.zone)
    assert len(list(iterate(site.provider.list_volumes, ResourceFilter()))) == 1
    site.provider.delete_volume(first.id)


def test_with_one_host_down(site: Site) -> None:
    """Last: it stops a host."""
    provider = site.provider
    whose = owner()
    kept = provider.create_vm(spec(name="kept", zone="rack-a"), owner())
    lost = provider.create_vm(spec(name="lost", vcpus=2), whose)
    assert lost.zone == "rack-b"
    assert "rack-a, rack-b" in provider.health().detail
    site.hosts["rack-b"].stop()
    made = provider.create_vm(spec(name="next"), owner())
    assert made.zone == "rack-a"
    health = provider.health()
    assert health.healthy
    assert "hosts that answer: rack-a;" in health.detail
    assert "rack-b does not" in health.detail
    assert not provider.validate_credentials().healthy
    assert provider.get_vm(kept.id).state is VmState.RUNNING
    for look in (
        lambda: provider.get_vm(lost.id),
        lambda: provider.list_vms(VmFilter(), FIRST_PAGE),
        lambda: provider.create_vm(spec(name="lost", vcpus=2), whose),
    ):
        with pytest.raises(ProviderUnavailable, match="rack-b"):
            look()
    assert provider.get_usage("onprem").vms == 2
    for vm in (made, kept):
        provider.delete_vm(vm.id)
    site.hosts["rack-a"].stop()
    assert not provider.health().healthy
    with pytest.raises(ProviderUnavailable):
        provider.create_vm(spec(name="none"), owner())
