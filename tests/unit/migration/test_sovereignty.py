"""Rules that keep VMs and their bytes out of places; what is not known is forbidden."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from novacron.catalog.jurisdictions import COUNTRIES, jurisdictions
from novacron.catalog.snapshot import shipped
from novacron.errors import NotFound, PermissionDenied
from novacron.migration.assess.sovereignty import (
    Place,
    breaches,
    chunk_store_place,
    keep_policy,
    place_of,
)
from novacron.models.account import ProviderType as P
from novacron.models.sovereignty import SovereigntyPolicy
from novacron.store.sovereignty import read_policy
from tests.unit.migration.conftest import Move
from tests.unit.migration.test_assess import assessed, blockers

IRELAND = Place(P.AWS, "eu-west-1", frozenset({"ie", "eu"}))
LONDON = Place(P.GCP, "europe-west2", frozenset({"gb"}))
VIRGINIA = Place(P.AWS, "us-east-1", frozenset({"us"}))
NOWHERE = Place(P.LIBVIRT, "onprem", frozenset())
STAY: dict[str, object] = {"name": "stay-in-eu", "sources": ["eu"], "outside": ["eu"]}


def policy(*rules: dict[str, object], **told: object) -> SovereigntyPolicy:
    return SovereigntyPolicy.model_validate({"rules": rules, **told})


@pytest.mark.parametrize("provider", sorted(COUNTRIES))
def test_every_region_of_the_catalog_has_a_jurisdiction(provider: P) -> None:
    snapshot = shipped(provider)
    assert snapshot is not None
    assert set(snapshot.regions()) <= COUNTRIES[provider].keys()


def test_members_of_the_union_are_in_it() -> None:
    assert jurisdictions(P.AZURE, "westeurope") == {"nl", "eu"}
    assert jurisdictions(P.AZURE, "switzerlandnorth") == {"ch"}
    assert jurisdictions(P.LIBVIRT, "onprem") == frozenset()


@pytest.mark.parametrize(
    ("rule", "source", "target", "forbidden"),
    [
        (STAY, IRELAND, IRELAND, False),
        (STAY, IRELAND, LONDON, True),
        (STAY, LONDON, VIRGINIA, False),
        (STAY, IRELAND, NOWHERE, True),
        (STAY, NOWHERE, VIRGINIA, True),
        ({"name": "no-us", "places": ["us"]}, LONDON, VIRGINIA, True),
        ({"name": "no-us", "places": ["us"]}, LONDON, NOWHERE, True),
        ({"name": "no-us", "places": ["us"]}, VIRGINIA, LONDON, False),
        ({"name": "pair", "sources": ["aws"], "places": ["gcp"]}, IRELAND, LONDON, True),
        ({"name": "pair", "sources": ["gcp"], "places": ["aws"]}, IRELAND, LONDON, False),
        ({"name": "region", "places": ["aws/us-east-1"]}, IRELAND, VIRGINIA, True),
        ({"name": "region", "places": ["aws/us-east-2"]}, IRELAND, VIRGINIA, False),
    ],
)
def test_a_rule_forbids_a_pair_a_region_a_jurisdiction(
    rule: dict[str, object], source: Place, target: Place, forbidden: bool
) -> None:
    found = breaches(policy(rule), source, target, None)
    assert [one.rule for one in found] == ([rule["name"]] if forbidden else [])


@pytest.mark.parametrize(
    ("url", "region", "forbidden"),
    [
        ("s3://chunks/x", "eu-central-1", False),
        ("s3://chunks/x", "us-east-1", True),
        ("s3://chunks/x", "", True),
        ("memory:///", "eu-central-1", True),
        ("", "", False),
    ],
)
def test_a_rule_about_the_chunk_store(url: str, region: str, forbidden: bool) -> None:
    rule: dict[str, object] = {
        "name": "bytes",
        "subject": "chunk_store",
        "sources": ["eu"],
        "outside": ["eu"],
    }
    store = chunk_store_place(url, region)
    assert bool(breaches(policy(rule), IRELAND, IRELAND, store)) == forbidden


def test_own_sites_are_where_their_tenant_says(move: Move) -> None:
    told = policy(own_sites={"acc-1": ["de", "eu"]})
    assert place_of(told, move.world.account, "local").law == {"de", "eu"}
    azure = move.world.account.model_copy(update={"type": P.AZURE})
    assert place_of(told, azure, "West Europe").law == {"nl", "eu"}


def test_a_migration_that_a_rule_forbids_is_assessed_so_and_refused(move: Move) -> None:
    services = move.world.services
    kept = policy(STAY, own_sites={"acc-1": ["eu"], "acc-2": ["us"]})
    keep_policy(services, "acme", kept)
    assert read_policy(services.store.table, "acme") == kept
    found = assessed(move)
    assert blockers(found) == {"sovereignty.forbidden"}
    assert "stay-in-eu" in found.checks[0].detail
    with pytest.raises(PermissionDenied, match="stay-in-eu"):
        move.begin()
    keep_policy(services, "acme", policy(STAY, own_sites={"acc-1": ["eu"], "acc-2": ["eu"]}))
    move.begin()


def test_a_policy_names_accounts_that_are_there(move: Move) -> None:
    with pytest.raises(NotFound):
        keep_policy(move.world.services, "acme", policy(own_sites={"acc-none": ["eu"]}))
    with pytest.raises(ValidationError):
        policy({"name": "empty"})
    with pytest.raises(ValidationError):
        policy({"name": "odd", "places": ["everywhere"]})
