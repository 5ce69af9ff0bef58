"""An account's settings: hosts are zones, and a fault is named."""

from __future__ import annotations

import libvirt
import pytest

from novacron.errors import InvalidSpec, NotFound
from novacron.models.vm import VmState
from novacron.providers.libvirt.auth import read_settings
from novacron.providers.libvirt.provider import LibvirtProvider
from novacron.providers.libvirt.states import STATES, state_of

NAMES = [
    "NOSTATE",
    "RUNNING",
    "BLOCKED",
    "PAUSED",
    "SHUTDOWN",
    "SHUTOFF",
    "CRASHED",
    "PMSUSPENDED",
]
"""virDomainState as libvirt documents it."""


def test_several_hosts_are_zones() -> None:
    uri = "rack-a=qemu+ssh://root@a/system, rack-b=qemu:///system?socket=/run/b,test:///default"
    account = read_settings({"uri": uri})
    assert [host.zone for host in account.hosts] == ["rack-a", "rack-b", "host-3"]
    assert account.hosts[1].uri == "qemu:///system?socket=/run/b"
    assert (account.region, account.accelerator, account.cpu_overcommit) == ("onprem", "kvm", 4)
    assert account.live_tls
    assert account.host("rack-b") is account.hosts[1]
    with pytest.raises(NotFound):
        account.host("rack-c")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({}, "settings.uri"),
        ({"uri": "not a uri"}, "settings.uri"),
        ({"uri": "test:///a,"}, "settings.uri"),
        ({"uri": "a=test:///a,a=test:///b"}, "settings.uri"),
        ({"uri": "test:///a", "accelerator": "xen"}, "settings.accelerator"),
        ({"uri": "test:///a", "cpu_overcommit": "much"}, "settings.cpu_overcommit"),
        ({"uri": "test:///a", "cpu_overcommit": "nan"}, "settings.cpu_overcommit"),
        ({"uri": "test:///a", "cpu_overcommit": "0"}, "settings.cpu_overcommit"),
        ({"uri": "test:///a", "live_tls": "maybe"}, "settings.live_tls"),
        ({"uri": "test:///a", "colour": "red"}, "settings.colour"),
    ],
)
def test_a_fault_names_its_setting(settings: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        read_settings(settings)
    assert refused.value.field == field


def test_it_takes_no_secret() -> None:
    with pytest.raises(InvalidSpec) as refused:
        LibvirtProvider.from_settings({"uri": "test:///default"}, {"password": "x"})
    assert refused.value.field == "secret.password"


def test_the_table_of_states_is_total() -> None:
    known = {getattr(libvirt, f"VIR_DOMAIN_{name}") for name in NAMES}
    assert known == set(STATES) == set(range(8))
    assert state_of(libvirt.VIR_DOMAIN_SHUTOFF, False) == (VmState.PENDING, True)
    assert state_of(libvirt.VIR_DOMAIN_SHUTOFF, True) == (VmState.STOPPED, False)
    with pytest.raises(KeyError):
        state_of(99, True)
