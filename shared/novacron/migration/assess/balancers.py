"""Load balancers' pools that the target is to join: whether it can."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.errors import NovaCronError, Throttled
from novacron.migration.assess.codes import blocker
from novacron.migration.assess.facts import Facts
from novacron.migration.pools import balancers_of, complaints
from novacron.models.assessment import Check
from novacron.models.load_balancer import BalancerPool, Pool

_OTHER = "Take another pool, or say `join: false` where only the source is to leave it."


def balancer_checks(facts: Facts) -> list[Check]:
    """Raises Throttled."""
    return [check for wanted in facts.spec.load_balancers for check in _checks(facts, wanted)]


def _checks(facts: Facts, wanted: BalancerPool) -> Iterator[Check]:
    try:
        balancers = balancers_of(facts.services, facts.record.tenant, wanted)
        pool = balancers.get_pool(wanted.pool)
    except Throttled:
        raise
    except NovaCronError as error:
        yield blocker("balancers.unknown", f"{wanted.pool}: {error.detail}", error.remedy)
        return
    for told in (*complaints(facts.spec, wanted, pool), *_network(facts, wanted, pool)):
        yield blocker("balancers.target", told, _OTHER)


def _network(facts: Facts, wanted: BalancerPool, pool: Pool) -> Iterator[str]:
    """Of a subnet that can be seen."""
    if not wanted.join or pool.by_address or pool.network_id is None:
        return
    for net in facts.networks:
        mine = any(subnet.id == facts.spec.subnet_id for subnet in net.subnets)
        if mine and net.id != pool.network_id:
            yield f"The pool {pool.id} is on {pool.network_id}, the target is to be on {net.id}."
