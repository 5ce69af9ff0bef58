"""Networks, quota, price, metrics, identity: every sentence of the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from novacron.errors import Unsupported
from novacron.models.account import MetricName
from novacron.models.network import Direction, FirewallRule, NetworkSpec, Protocol, SubnetSpec
from novacron.models.volume import ResourceFilter
from novacron.providers.base import CAPABILITIES, SpotVms, iterate
from tests.contract.env import TENANT, Env


def _network(env: Env) -> NetworkSpec:
    ssh = FirewallRule(
        name="ssh",
        direction=Direction.INGRESS,
        protocol=Protocol.TCP,
        from_port=22,
        to_port=22,
        cidr="10.1.0.0/16",
    )
    return NetworkSpec(
        name="contract-net",
        region=env.region,
        cidr="10.77.0.0/16",
        subnets=[SubnetSpec(name="a", cidr="10.77.1.0/24", zone=env.zone)],
        firewall_rules=[ssh],
        tags={"team": "core"},
    )


def test_a_network_is_read_back_as_it_was_made(env: Env) -> None:
    spec, owner = _network(env), env.owner()
    made = env.done(lambda: env.provider.create_network(spec, owner))
    assert env.provider.create_network(spec, owner).id == made.id
    read = env.provider.get_network(made.id)
    assert read.firewall_rules == spec.firewall_rules
    assert [(subnet.name, subnet.cidr) for subnet in read.subnets] == [("a", "10.77.1.0/24")]
    assert (read.cidr, read.tags, read.tenant) == (spec.cidr, spec.tags, TENANT)
    where = ResourceFilter(operation=owner.operation)
    assert [one.id for one in iterate(env.provider.list_networks, where)] == [made.id]
    env.deleted(env.provider.delete_network, env.provider.get_network, made.id)


def test_usage_counts_what_runs(env: Env) -> None:
    env.settle()  # what other tests have deleted is gone
    before = env.provider.get_usage(env.region)
    env.running_vm()
    after = env.provider.get_usage(env.region)
    assert after.vms == before.vms + 1
    assert after.vcpus > before.vcpus
    assert env.provider.get_quota(env.region).region == env.region


def test_a_price_is_positive_or_refused(env: Env) -> None:
    try:
        estimate = env.provider.estimate_cost(env.vm_spec())
    except Unsupported:
        return
    assert estimate.hourly > 0
    assert estimate.source


def test_metrics_are_in_order_and_in_the_window(env: Env) -> None:
    vm = env.running_vm()
    end = datetime.now(UTC) + timedelta(minutes=1)
    start = end - timedelta(hours=1)
    points = env.provider.get_metrics(vm.id, list(MetricName), start, end)
    assert [point.at for point in points] == sorted(point.at for point in points)
    assert all(start <= point.at < end for point in points)


def test_identity_and_health(env: Env) -> None:
    identity = env.provider.authenticate()
    assert identity.type is env.provider.type
    assert identity.account
    assert env.provider.validate_credentials().healthy
    assert env.provider.health().healthy


def test_capabilities_are_classes_and_refusals_say_why(env: Env) -> None:
    assert all(isinstance(capability, type) for capability in CAPABILITIES)
    if not isinstance(env.provider, SpotVms):
        with pytest.raises(Unsupported, match="spot"):
            env.provider.create_vm(env.vm_spec(spot=True), env.owner())
