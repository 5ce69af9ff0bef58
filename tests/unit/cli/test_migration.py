"""A plan is written, read, approved and started; a migration is shown with its terms."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from novacron.cli import plan
from novacron.cli.exits import CliError
from novacron.models.migration import CreateMigration
from tests.unit.cli.test_commands import Api
from tests.unit.migration.conftest import Move, move
from tests.unit.migration.test_assess import assessed

__all__ = ["move"]
WORDS = ("migration", "assess", "vm-1", "--to", "acc-2", "--region", "local", "--max-downtime", "9")


def test_a_plan_is_written_approved_and_started(move: Move, tmp_path: Path) -> None:
    api = Api(assessed(move, max_downtime_seconds=9).model_dump(mode="json"))
    kept = tmp_path / "plan.yaml"
    printed = api.run(*WORDS, "--prepare-guest", "--plan", str(kept))
    assert api.requests[-1].url.path == "/migrations:assess"
    asked = CreateMigration.model_validate(api.body())
    assert (asked.vm_id, asked.spec.account_id, asked.spec.max_downtime_seconds) == (
        "vm-1",
        "acc-2",
        9,
    )
    for told in ("A downtime of 9 s cannot be promised", "boot.unseen", "lsblk", "0.025", "send"):
        assert told in printed
    with pytest.raises(CliError, match="not approved"):
        api.run("migration", "start", "--plan", str(kept))
    found = yaml.safe_load(kept.read_text())
    found["approved"], found["spec"]["name"] = True, "moved"
    kept.write_text(yaml.safe_dump(found))
    api.reply = {"id": "op-1", "state": "pending"}
    api.run("migration", "start", "--plan", str(kept))
    sent = CreateMigration.model_validate(api.body())
    assert (sent.vm_id, sent.spec.name, sent.spec.prepare_guest) == ("vm-1", "moved", True)


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "plan.yaml"
    for text, why in (("a: [", "not YAML"), ("[]", "no plan"), ("vm_id: x", "no plan")):
        kept.write_text(text)
        with pytest.raises(CliError, match=why):
            Api({}).run("migration", "start", "--plan", str(kept))


@pytest.mark.parametrize("verb", ["pause", "resume", "cut-over", "cancel", "roll-back"])
def test_a_migration_is_steered_and_shown(verb: str) -> None:
    reply = {
        "id": "mig-1",
        "phase": "holding",
        "rounds": [{"number": 1, "changed_bytes": 7, "seconds": 2.5, "final": False}],
        "addresses": [{"old": "10.0.0.4", "new": "10.7.0.9", "public": False}],
        "downtime_seconds": {"fence": 0.51, "total": 3.0},
        "guest": {
            "attempt": 2,
            "done": True,
            "error": {"code": "conflict", "detail": "/boot is full"},
            "left": "run it by hand",
            "output": "boot-full",
        },
        "stage": {
            "name": "copy in",
            "shards": 40,
            "shards_done": 10,
            "bytes_moved": 3 * 2**30,
            "bytes_per_second": 2**27,
            "eta_seconds": 90,
        },
    }
    api = Api(reply)
    yes = ["--yes"] if verb in ("cancel", "roll-back") else []
    printed = api.run("migration", verb, "mig-1", *yes)
    assert (api.requests[-1].method, api.requests[-1].url.path) == (
        "POST",
        f"/migrations/mig-1/{verb}",
    )
    assert "CHANGED BYTES" in printed
    for told in ("not prepared: /boot is full", "run it by hand", "boot-full"):
        assert told in printed
    for told in ("10 of 40", "3.00 GiB", "128.0 MiB/s", "about 90 s"):
        assert told in printed
    assert "0.5" in printed
    assert "holding" in api.run("migration", "show", "mig-1")


def test_limits_of_bandwidth_are_set_and_taken_away() -> None:
    shown = {"id": "mig-1", "rounds": [], "addresses": [], "downtime_seconds": {}}
    api = Api(shown | {"max_mbit_per_second": 80})
    assert "80" in api.run("migration", "limit", "mig-1", "--mbit", "80")
    assert (api.requests[-1].method, api.requests[-1].url.path, api.body()) == (
        "PUT",
        "/migrations/mig-1/bandwidth",
        {"max_mbit_per_second": 80},
    )
    api.run("provider", "limit", "acc-1", "--none")
    assert (api.requests[-1].url.path, api.body()) == (
        "/accounts/acc-1/bandwidth",
        {"max_mbit_per_second": None},
    )
    assert "80" in api.run("provider", "limit", "acc-1")
    assert api.requests[-1].method == "GET"
    with pytest.raises(CliError, match="--mbit"):
        api.run("migration", "limit", "mig-1")
    with pytest.raises(CliError, match="not both"):
        api.run("provider", "limit", "acc-1", "--none", "--mbit", "10")


def test_the_way_back_is_planned_from_both_records() -> None:
    """The moved VM goes where the source was, as what the source was; its names follow."""
    names = [{"account_id": "acc-3", "zone": "Z1", "name": "web.example.org"}]
    asked = {"account_id": "acc-2", "region": "west", "names": names, "private_ip": "10.0.0.9"}
    migration = {"new_vm_id": "vm-2", "spec": asked}
    was = {"account_id": "acc-1", "region": "here", "details": {"zone": "here-a", "vcpus": 2}}
    body = CreateMigration.model_validate(plan.back(migration, was))
    assert body.vm_id == "vm-2"
    told = body.spec
    assert (told.account_id, told.region, told.zone, told.vcpus) == ("acc-1", "here", "here-a", 2)
    assert [one.name for one in told.names] == ["web.example.org"]
    assert told.private_ip is None
    with pytest.raises(CliError, match="no target"):
        Api({"new_vm_id": None}).run("migration", "assess-back", "mig-1")
