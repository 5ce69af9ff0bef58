"""Advice, the rules that it is found by, what is being carried out, and what VMs used.

A recommendation is two items, written together: itself, and its place in the list by saving.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from novacron.errors import Conflict, NotFound, NotReady
from novacron.models.advice import Looks, RuleEdits
from novacron.models.base import Page, PageRequest
from novacron.models.course import Course
from novacron.models.recommendation import Recommendation, RecommendationKind
from novacron.models.sighting import Sightings
from novacron.models.usage import VmUsage
from novacron.store.table import Item, Lost, Table, document, key

COURSES = "ADVICE-COURSES"
ABSENT = "attribute_not_exists(pk)"
_MOST = 10**15
"""Cents: what sorts the largest saving first."""


class AdviceStore:
    """An id of another tenant is NotFound, like one that never was."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, tenant: str, recommendation_id: str) -> Recommendation:
        found = self.find(tenant, recommendation_id)
        if found is None:
            raise NotFound(f"There is no recommendation {recommendation_id!r}.")
        return found

    def find(self, tenant: str, recommendation_id: str) -> Recommendation | None:
        return self.table.get(_pk(tenant), recommendation_id, Recommendation)

    def page(self, tenant: str, page: PageRequest) -> Page[Recommendation]:
        """By saving, the largest first; without the points of the evidence."""
        return self.table.page(_listed(tenant), Recommendation, page)

    def all(self, tenant: str) -> Iterator[Recommendation]:
        return self.table.walk(_listed(tenant), Recommendation, at_once=100)

    def save(
        self,
        new: Recommendation,
        was: Recommendation | None,
        course: Course | None = None,
    ) -> Recommendation:
        """Write over ``was``, with the course that begins. Raises NotReady: it has changed."""
        version = 0 if was is None else was.version + 1
        kept = new.model_copy(update={"version": version})
        whole = document(_pk(kept.tenant), kept.id, kept, version=version)
        short = document(_listed(kept.tenant), _order(kept), _brief(kept))
        seen = {":seen": was.version} if was else None
        writes = [
            self.table.putting(whole, "version = :seen" if was else ABSENT, seen),
            self.table.putting(short),
        ]
        if was is not None and _order(was) != _order(kept):
            old = key(_listed(was.tenant), _order(was))
            writes.append({"Delete": {"TableName": self.table.name, "Key": old}})
        if course is not None:
            writes.append(self.table.putting(_course(course), ABSENT))
        try:
            self.table.transact(writes)
        except Lost as error:
            raise NotReady(f"Recommendation {kept.id} changed meanwhile.") from error
        return kept

    # What is being carried out

    def courses(self) -> Iterator[Course]:
        """Those of all tenants that have not ended."""
        return self.table.index(COURSES, Course)

    def course(self, tenant: str, recommendation_id: str) -> Course | None:
        return self.table.get(_courses(tenant), recommendation_id, Course)

    def save_course(self, course: Course) -> Course:
        """Raises NotReady: another has moved it on meanwhile."""
        following = course.model_copy(update={"version": course.version + 1})
        try:
            self.table.put(_course(following), "version = :seen", {":seen": course.version})
        except Lost as error:
            raise NotReady(f"What applies {course.id} was moved on by another.") from error
        return following

    def end_course(self, course: Course) -> None:
        self.table.delete(_courses(course.tenant), course.id)

    # Rules

    def rules(self, tenant: str) -> RuleEdits:
        """As shipped where nothing was edited."""
        return self.table.get(_rules(tenant), "edits", RuleEdits) or RuleEdits()

    def save_rules(self, tenant: str, edits: RuleEdits) -> None:
        """Every rule then looks at the next run, however often it does."""
        self.table.put(document(_rules(tenant), "edits", edits))
        self.table.delete(_rules(tenant), "looks")

    def looks(self, tenant: str) -> Looks:
        return self.table.get(_rules(tenant), "looks", Looks) or Looks()

    def save_looks(self, tenant: str, looks: Looks) -> None:
        self.table.put(document(_rules(tenant), "looks", looks))

    # What nothing uses

    def sightings(self, tenant: str, account_id: str, kind: RecommendationKind) -> Sightings:
        key = f"{account_id}#{kind.value}"
        return self.table.get(_sightings(tenant), key, Sightings) or Sightings()

    def save_sightings(
        self, tenant: str, account_id: str, kind: RecommendationKind, seen: Sightings
    ) -> None:
        self.table.put(document(_sightings(tenant), f"{account_id}#{kind.value}", seen))

    # Usage

    def usage(self, tenant: str, vm_id: str) -> VmUsage | None:
        return self.table.get(_usage(tenant), vm_id, VmUsage)

    def save_usage(self, usage: VmUsage) -> None:
        """The newest look wins: a look counts nothing twice, as ``through`` is in it."""
        item = document(
            _usage(usage.tenant), usage.vm_id, usage, through=int(usage.through.timestamp())
        )
        values = {":through": int(usage.through.timestamp())}
        try:
            self.table.put(item, f"{ABSENT} OR through < :through", values)
        except Lost as error:
            raise Conflict(f"The usage of {usage.vm_id} was read by another.") from error


def _brief(found: Recommendation) -> Recommendation:
    bare = [one.model_copy(update={"points": []}) for one in found.evidence]
    return found.model_copy(update={"evidence": bare})


def _order(found: Recommendation) -> str:
    cents = min(int(max(found.saving, Decimal(0)) * 100), _MOST - 1)
    return f"{_MOST - cents:016d}#{found.id}"


def _course(course: Course) -> Item:
    return document(
        _courses(course.tenant), course.id, course, version=course.version, gsi1pk=COURSES
    )


def _pk(tenant: str) -> str:
    return f"T#{tenant}#ADVICE"


def _listed(tenant: str) -> str:
    return f"T#{tenant}#ADVICE-BY-SAVING"


def _courses(tenant: str) -> str:
    return f"T#{tenant}#ADVICE-COURSE"


def _rules(tenant: str) -> str:
    return f"T#{tenant}#ADVICE-RULES"


def _sightings(tenant: str) -> str:
    return f"T#{tenant}#ADVICE-UNUSED"


def _usage(tenant: str) -> str:
    return f"T#{tenant}#VM-USAGE"
