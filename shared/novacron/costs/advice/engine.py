"""Look for everything that the rules find, and keep it: the same finding is the same advice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from novacron.costs.advice import (
    addresses,
    balancers,
    commit,
    expiring,
    idle,
    power,
    relocate,
    reservations,
    right_size,
    spot,
    unused,
)
from novacron.costs.advice.collect import collect_all
from novacron.costs.advice.finding import Finding, Scene, as_recommendation
from novacron.costs.advice.notice import OWNER_TAG, Notifier
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.rules import rule_book
from novacron.costs.advice.sightings import look_all
from novacron.costs.ledger import Ledger
from novacron.errors import NotReady
from novacron.models.advice import Looks, Rule
from novacron.models.base import Model
from novacron.models.operation import ResourceKind
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import Recommendation, RecommendationKind, RecommendationState
from novacron.models.sighting import Sighting
from novacron.models.usage import VmUsage
from novacron.operations.services import Services
from novacron.store.recommendations import AdviceStore

Kind = RecommendationKind
State = RecommendationState
Find = Callable[[Scene, Rule], Iterator[Finding]]

FINDERS: dict[Kind, Find] = {
    Kind.IDLE_VM: idle.find,
    Kind.STOPPED_VM: unused.stopped_vms,
    Kind.UNATTACHED_VOLUME: unused.volumes,
    Kind.UNUSED_ADDRESS: addresses.find,
    Kind.EMPTY_LOAD_BALANCER: balancers.find,
    Kind.UNUSED_RESERVATION: reservations.find,
    Kind.OLD_SNAPSHOT: unused.snapshots,
    Kind.OLD_IMAGE: unused.images,
    Kind.RIGHT_SIZE: right_size.find,
    Kind.POWER_SCHEDULE: power.find,
    Kind.SPOT: spot.find,
    Kind.RELOCATE: relocate.find,
    Kind.COMMIT: commit.find,
    Kind.EXPIRING_COMMITMENT: expiring.find,
}
"""One for each shipped rule."""

ADVISED_ON = (ResourceKind.VM, ResourceKind.VOLUME, ResourceKind.SNAPSHOT, ResourceKind.IMAGE)
FOUND_AGAIN = frozenset({State.NOTICED, State.OPEN, State.DISMISSED, State.REVERTED})
"""What is gone when it is no longer found. What was applied is no longer found because it was."""
BEGINS_ANEW = frozenset({State.GONE, State.APPLIED})
"""What was applied and is found again was undone by someone else, as by a start by hand."""


class Advised(Model):
    """How many of each; ``unread``: VMs whose metrics, and accounts whose lists could not be read,
    and why."""

    found: int = 0
    new: int = 0
    gone: int = 0
    unread: dict[str, str] = {}


def advise(
    services: Services, tenant: str, accounts: list[ProviderAccount], ledger: Ledger | None,
    notifier: Notifier,
) -> Advised:  # fmt: skip
    """One look at one tenant. Safe to run at any time and twice at once."""
    scene, unread = look(services, tenant, accounts, ledger)
    store = AdviceStore(services.store.table)
    looks = store.looks(tenant)
    waiting = {rule.kind for rule in scene.book.rules if not _due(rule, looks, scene.now)}
    found = list(findings(scene, waiting))
    keep = Keep(scene, notifier)
    new = sum(keep.found(one) for one in found)
    gone = keep.gone({one.id for one in found}, waiting)
    now = {rule.kind: scene.now for rule in scene.book.rules if rule.kind not in waiting}
    store.save_looks(tenant, Looks(at={**looks.at, **now}))
    return Advised(found=len(found), new=new, gone=gone, unread=unread)


def _due(rule: Rule, looks: Looks, now: datetime) -> bool:
    """To half an hour: a run that comes a moment early does not put it off to the next."""
    last = looks.at.get(rule.kind)
    return last is None or now - last > timedelta(hours=rule.every_hours - 0.5)


def look(
    services: Services, tenant: str, accounts: list[ProviderAccount], ledger: Ledger | None
) -> tuple[Scene, dict[str, str]]:
    """The tenant as it is now, every running VM's metrics read up to now."""
    now = services.now()
    everything = [one for kind in ADVISED_ON for one in services.store.every_resource(tenant, kind)]
    usages: dict[str, VmUsage] = {}
    unread: dict[str, str] = {}
    seen: dict[Kind, list[Sighting]] = defaultdict(list)
    for account in accounts:
        own = [r for r in everything if r.account_id == account.id and r.kind is ResourceKind.VM]
        read, failed = collect_all(services, account, own)
        usages, unread = {**usages, **read}, {**unread, **failed}
        lists, silent = look_all(services, account)
        unread |= silent
        for kind, items in lists.items():
            seen[kind] += items
    scene = Scene(
        services=services,
        tenant=tenant,
        now=now,
        book=rule_book(AdviceStore(services.store.table).rules(tenant)),
        accounts={account.id: account for account in accounts},
        everything=everything,
        usages=usages,
        prices=Prices(services, ledger),
        unused=seen,
    )
    return scene, unread


def findings(scene: Scene, waiting: set[Kind]) -> Iterator[Recommendation]:
    """All that the rules find now, but for those that are ``waiting`` for their hour. A VM that
    does nothing is not advised a smaller size."""
    idle_ones: set[str] = set()
    for rule in scene.book.rules:
        if not rule.enabled or rule.kind in waiting:
            continue
        for found in FINDERS[rule.kind](scene, rule):
            if rule.kind is Kind.IDLE_VM:
                idle_ones.add(found.record.id)
            elif found.record.id in idle_ones:
                continue
            yield as_recommendation(scene, rule, found)


class Keep:
    """What is found into the store; a record that another changes meanwhile waits for the next
    look."""

    def __init__(self, scene: Scene, notifier: Notifier) -> None:
        self.scene = scene
        self.store = AdviceStore(scene.services.store.table)
        self.notifier = notifier
        self.grace = {rule.kind: rule.grace_hours for rule in scene.book.rules}
        self.tags = {one.id: one.document.get("tags", {}) for one in scene.everything}
        self.tags |= {one.id: one.found.tags for many in scene.unused.values() for one in many}

    def found(self, new: Recommendation) -> bool:
        """Whether it is news: then its owner is told."""
        was = self.store.find(new.tenant, new.id)
        if was is not None and was.updated_at >= self.scene.now:
            return False  # it changed after we looked
        fresh = was is None or was.state in BEGINS_ANEW
        if was is None or fresh:
            grace = self.grace[new.kind]
            version = 0 if was is None else was.version + 1
            state = State.NOTICED if grace else State.OPEN
            now = new.model_copy(update={"state": state, "version": version})
        elif was.state not in FOUND_AGAIN:
            return False
        else:
            now = self._again(new, was)
        if fresh:
            owner = self.tags.get(new.resource_id, {}).get(OWNER_TAG, new.tenant)
            self.notifier.notice(owner, now)
        self._save(now, was)
        return fresh

    def _again(self, new: Recommendation, was: Recommendation) -> Recommendation:
        state = was.state
        waited = self.scene.now - was.found_at >= timedelta(hours=self.grace[new.kind])
        if state is State.NOTICED and waited:
            state = State.OPEN
        kept = {"apply_operation", "revert_operation", "applied_at", "found_at"}
        before = {name: getattr(was, name) for name in kept}
        return new.model_copy(update={**before, "state": state})

    def gone(self, found: set[str], waiting: set[Kind]) -> int:
        lost = [
            one
            for one in self.store.all(self.scene.tenant)
            if one.state in FOUND_AGAIN and one.id not in found and one.kind not in waiting
        ]
        for one in lost:
            update = {"state": State.GONE, "updated_at": self.scene.now}
            whole = self.store.get(one.tenant, one.id)
            if whole.state in FOUND_AGAIN:
                self._save(whole.model_copy(update=update), whole)
        return len(lost)

    def _save(self, now: Recommendation, was: Recommendation | None) -> None:
        try:
            self.store.save(now, was)
        except NotReady:
            return
