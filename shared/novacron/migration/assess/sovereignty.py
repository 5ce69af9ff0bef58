"""Which of the tenant's rules forbids a move. What cannot be told of a place forbids too."""

from __future__ import annotations

import re
from typing import NamedTuple

from novacron.catalog.jurisdictions import jurisdictions
from novacron.errors import PermissionDenied
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.provider_account import ProviderAccount
from novacron.models.sovereignty import SovereigntyPolicy, SovereigntyRule, Subject
from novacron.operations.services import Services
from novacron.store.sovereignty import read_policy, write_policy

REMEDY = "Choose another place, or ask an administrator of your tenant to change the rule."
_STORES = {"s3": ProviderType.AWS, "az": ProviderType.AZURE, "gs": ProviderType.GCP}


class Place(NamedTuple):
    """``law``: its jurisdictions; empty where they are not known."""

    provider: ProviderType | None
    region: str
    law: frozenset[str]

    def __str__(self) -> str:
        where = f"{self.provider.value}/{self.region}" if self.provider else "an unknown place"
        return f"{where} ({', '.join(sorted(self.law)) or 'jurisdiction not known'})"

    def within(self, selectors: list[str]) -> bool | None:
        """Whether one of them means it; None: that cannot be told."""
        if self.provider is None:
            return None
        names = {self.provider.value, f"{self.provider.value}/{self.region}"} | self.law
        if names & set(selectors):
            return True
        return None if not self.law and any(len(one) == 2 for one in selectors) else False


class Breach(Model):
    """``rule`` forbids the move; ``detail`` says what it found."""

    rule: str
    detail: str


def breaches(
    policy: SovereigntyPolicy, source: Place, target: Place, chunk_store: Place | None
) -> list[Breach]:
    """Every rule that forbids it. ``chunk_store`` None: the deployment has none."""
    found = []
    for rule in policy.rules:
        subject = target if rule.subject is Subject.TARGET else chunk_store
        if subject is None or (rule.sources and source.within(rule.sources) is False):
            continue
        if _forbids(rule, subject):
            what = rule.subject.value.replace("_", " ")
            detail = f"The rule {rule.name} forbids the {what} at {subject}, from {source}."
            found.append(Breach(rule=rule.name, detail=detail))
    return found


def _forbids(rule: SovereigntyRule, place: Place) -> bool:
    if rule.places:
        return place.within(rule.places) is not False
    return place.within(rule.outside) is not True


def enforce(
    services: Services, source: ProviderAccount, source_region: str,
    target: ProviderAccount, target_region: str,
) -> None:  # fmt: skip
    """Raises PermissionDenied, which names the rule."""
    for breach in found_breaches(services, source, source_region, target, target_region):
        raise PermissionDenied(breach.detail, remedy=REMEDY)


def found_breaches(
    services: Services, source: ProviderAccount, source_region: str,
    target: ProviderAccount, target_region: str,
) -> list[Breach]:  # fmt: skip
    policy = read_policy(services.store.table, source.tenant)
    return breaches(
        policy,
        place_of(policy, source, source_region),
        place_of(policy, target, target_region),
        chunk_store_place(services.chunk_store, services.chunk_store_region),
    )


def place_of(policy: SovereigntyPolicy, account: ProviderAccount, region: str) -> Place:
    """Azure takes a region's display name too: "West Europe" is "westeurope"."""
    name = region.lower().replace(" ", "")
    law = jurisdictions(account.type, name) or frozenset(policy.own_sites.get(account.id, []))
    return Place(account.type, name, law)


def chunk_store_place(url: str, region: str) -> Place | None:
    """Where the deployment keeps chunks; a store whose cloud or region is not known is a place
    of which nothing can be told."""
    if not url:
        return None
    provider = _STORES.get(re.split("[:/]", url, maxsplit=1)[0])
    law = jurisdictions(provider, region) if provider else frozenset()
    return Place(provider if region else None, region, law)


def keep_policy(services: Services, tenant: str, policy: SovereigntyPolicy) -> SovereigntyPolicy:
    """Replace the tenant's rules. Raises NotFound: an account in ``own_sites``."""
    for account_id in policy.own_sites:
        services.store.account(tenant, account_id)
    write_policy(services.store.table, tenant, policy)
    return policy
