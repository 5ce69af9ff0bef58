"""The definitions are States Language, wait nowhere for ever, and carry no more than ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from statelint.linter import Linter

FOLDER = Path(__file__).parents[2] / "statemachines"
DEFINITIONS = sorted(FOLDER.glob("*.asl.json"))


_CLONE = ("PrepareClone", "PlanClone", "BootClone")
"""A test clone that fails ends no migration."""


def _load(path: Path) -> dict[str, Any]:
    loaded = json.loads(path.read_text())
    assert isinstance(loaded, dict)
    return loaded


def _tasks(machine: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, s) for name, s in machine["States"].items() if s["Type"] == "Task"]


def test_there_are_definitions() -> None:
    assert {path.name for path in DEFINITIONS} >= {
        "provision_vm.asl.json",
        "run_operation.asl.json",
    }


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name)
class TestEveryDefinition:
    def test_an_independent_validator_accepts_it(self, path: Path) -> None:
        assert Linter.validate(str(path)) == []

    def test_every_task_times_out_and_retries_with_jitter(self, path: Path) -> None:
        for name, task in _tasks(_load(path)):
            assert task["TimeoutSeconds"] > 0, name
            assert all(retry["JitterStrategy"] == "FULL" for retry in task["Retry"]), name

    def test_a_function_whose_process_was_killed_is_tried_again(self, path: Path) -> None:
        """https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html"""
        killed = {"Lambda.Unknown", "Runtime.ExitError"}
        for name, task in _tasks(_load(path)):
            tried = {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
            assert tried >= killed or tried == {"States.ALL"}, name

    def test_every_task_but_the_compensation_is_caught(self, path: Path) -> None:
        for name, task in _tasks(_load(path)):
            caught = [
                c["Next"] for c in task.get("Catch", []) if c["ErrorEquals"] == ["States.ALL"]
            ]
            last = {"Compensate": [], **{one: ["CloneFailed"] for one in _CLONE}}
            last["PrepareGuest"] = ["GuestFailed"]
            assert caught == last.get(name, ["Compensate"]), name

    def test_only_the_operation_travels(self, path: Path) -> None:
        for name, task in _tasks(_load(path)):
            assert "$.operation" in json.dumps(task["Parameters"]), name
            assert task["ResultPath"] in (None, "$.observed"), name


def test_the_validator_can_fail(tmp_path: Path) -> None:
    broken = _load(FOLDER / "provision_vm.asl.json")
    broken["States"]["Perform"]["Next"] = "Nowhere"
    target = tmp_path / "broken.asl.json"
    target.write_text(json.dumps(broken))
    assert Linter.validate(str(target))
