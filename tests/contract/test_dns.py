"""Where names lead, for every provider that serves zones."""

from __future__ import annotations

import pytest

from novacron.errors import NotFound
from novacron.models.dns import DnsRecord, DnsType
from novacron.providers.dns import DnsRecords
from tests.contract.env import Env

DOMAIN = "names.example.org"


@pytest.fixture(scope="session")
def zones() -> dict[str, str]:
    """Environment -> its zone, made once."""
    return {}


@pytest.fixture
def zone(env: Env, zones: dict[str, str]) -> str:
    if env.make_zone is None:
        pytest.skip(f"{env.name} serves no zones")
    if env.name not in zones:
        zones[env.name] = env.make_zone(DOMAIN)
    return zones[env.name]


def _names(env: Env) -> DnsRecords:
    assert isinstance(env.provider, DnsRecords)
    return env.provider


def _put(env: Env, record: DnsRecord) -> None:
    change = _names(env).put_record(record)
    if change is not None:
        env.done(lambda: _names(env).check_record_change(change))


def test_a_capability_is_a_type(env: Env) -> None:
    assert isinstance(env.provider, DnsRecords) is (env.make_zone is not None)


def test_a_name_is_made_switched_and_removed(env: Env, zone: str) -> None:
    names, name = _names(env), f"web.{DOMAIN}"
    assert names.get_record(zone, name, DnsType.A) is None
    first = DnsRecord(zone=zone, name=name, ttl=300, values=["192.0.2.1", "192.0.2.2"])
    _put(env, first)
    assert names.get_record(zone, name, DnsType.A) == first
    second = DnsRecord(zone=zone, name=name, ttl=60, values=["198.51.100.7"])
    _put(env, second)
    assert names.get_record(zone, name, DnsType.A) == second
    names.delete_record(second)
    assert names.get_record(zone, name, DnsType.A) is None


def test_what_is_repeated_changes_nothing(env: Env, zone: str) -> None:
    record = DnsRecord(zone=zone, name=f"again.{DOMAIN}", values=["192.0.2.9"])
    _put(env, record)
    _put(env, record)
    assert _names(env).get_record(zone, record.name, record.type) == record
    _names(env).delete_record(record)
    assert _names(env).delete_record(record) is None


def test_types_are_apart_and_the_zone_has_a_name_too(env: Env, zone: str) -> None:
    four = DnsRecord(zone=zone, name=DOMAIN, values=["192.0.2.4"])
    six = DnsRecord(zone=zone, name=DOMAIN, type=DnsType.AAAA, values=["2001:db8::6"])
    _put(env, four)
    _put(env, six)
    assert _names(env).get_record(zone, DOMAIN, DnsType.A) == four
    assert _names(env).get_record(zone, DOMAIN, DnsType.AAAA) == six


def test_any_name_below(env: Env, zone: str) -> None:
    record = DnsRecord(zone=zone, name=f"*.{DOMAIN}", values=["192.0.2.5"])
    _put(env, record)
    assert _names(env).get_record(zone, record.name, DnsType.A) == record


def test_a_name_of_another_zone_is_not_found(env: Env, zone: str) -> None:
    with pytest.raises(NotFound):
        _names(env).put_record(DnsRecord(zone=zone, name="www.example.com", values=["192.0.2.1"]))


def test_a_zone_that_is_not_there(env: Env, zone: str) -> None:
    if env.name == "memory":
        pytest.skip("every zone is there")
    with pytest.raises(NotFound):
        _names(env).get_record("no-such-zone.example", "www.no-such-zone.example", DnsType.A)
