"""A wave is started from an approved file, shown and steered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from novacron.cli.exits import CliError
from novacron.models.wave import CreateWave
from tests.unit.cli.test_commands import Api
from tests.unit.migration.conftest import Move, move
from tests.unit.migration.test_assess import assessed

__all__ = ["move"]
MOVES = [{"vm_id": "vm-1", "spec": {"account_id": "acc-2", "region": "local"}, "after": []}]
REPLY = {
    "id": "wave-1",
    "counts": {"moving": 1},
    "moves": [{"vm_id": "vm-1", "state": "moving", "migration_id": "mig-1", "detail": None}],
}


def test_an_approved_file_starts_a_wave(tmp_path: Path) -> None:
    kept = tmp_path / "wave.yaml"
    plan = {"name": "first", "at_once": 2, "moves": MOVES, "approved": False}
    kept.write_text(yaml.safe_dump(plan))
    with pytest.raises(CliError, match="not approved"):
        Api({}).run("migration", "wave", "start", "--plan", str(kept))
    kept.write_text(yaml.safe_dump({**plan, "approved": True}))
    api = Api({"id": "op-1", "state": "pending"})
    api.run("migration", "wave", "start", "--plan", str(kept))
    assert api.requests[-1].url.path == "/waves"
    sent = CreateWave.model_validate(api.body())
    assert (sent.name, sent.at_once, [move.vm_id for move in sent.moves]) == ("first", 2, ["vm-1"])


@pytest.mark.parametrize("verb", ["show", "pause", "resume", "cancel"])
def test_a_wave_is_steered_and_shown(verb: str) -> None:
    api = Api(REPLY)
    yes = ["--yes"] if verb == "cancel" else []
    printed = api.run("migration", "wave", verb, "wave-1", *yes)
    path = "/waves/wave-1" + ("" if verb == "show" else f"/{verb}")
    assert api.requests[-1].url.path == path
    assert "mig-1" in printed


@pytest.mark.parametrize(("text", "why"), [("a: [", "not YAML"), ("name: x", "no wave")])
def test_what_is_no_wave_is_refused(tmp_path: Path, text: str, why: str) -> None:
    kept = tmp_path / "wave.yaml"
    kept.write_text(text)
    with pytest.raises(CliError, match=why):
        Api({}).run("migration", "wave", "start", "--plan", str(kept))


def test_a_wave_is_assessed_vm_by_vm_and_together(move: Move, tmp_path: Path) -> None:
    kept = tmp_path / "wave.yaml"
    second = {**MOVES[0], "vm_id": "vm-2", "after": ["vm-1"]}
    kept.write_text(yaml.safe_dump({"name": "first", "moves": [*MOVES, second]}))
    one = assessed(move, max_downtime_seconds=9)
    api = Api(one.model_dump(mode="json"))
    words = ("migration", "wave", "assess", "--plan", str(kept))
    found = json.loads(api.run("-o", "json", *words))
    assert {request.url.path for request in api.requests} == {"/migrations:assess"}
    assert [move["vm_id"] for move in found["moves"]] == ["vm-1", "vm-2"]
    assert found["moves"][1]["begins"] == found["moves"][0]["ends"] == one.transfer.seconds
    assert found["seconds"] == 2 * one.transfer.seconds
    assert found["total_bytes"] == 2 * one.transfer.total_bytes
    assert one.price_before is not None
    assert found["hourly_before"] == f"{2 * one.price_before.hourly} USD"
    assert "network.renumbered" in Api(one.model_dump(mode="json")).run(*words)
    kept.write_text(yaml.safe_dump({"name": "first", "moves": ["vm-1"]}))
    with pytest.raises(CliError, match="vm_id and spec"):
        api.run(*words)
