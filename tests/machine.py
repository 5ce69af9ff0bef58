"""Runs ``migrate_vm`` as it is written, in this process: each state calls its step at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from novacron.errors import NotReady
from novacron.migration.steps import MigrationStep, run
from novacron.models.operation import Operation
from novacron.operations.services import Services

DEFINITION = Path(__file__).parents[1] / "statemachines" / "migrate_vm.asl.json"
LOOKS = 50


class Held(Exception):
    """The machine waits for a person; run it again once someone has answered."""


@dataclass
class MigrateVm:
    """``states``: every state that was entered, in order."""

    services: Services
    operation: Operation
    states: list[str] = field(default_factory=list)
    wait: Callable[[], None] = lambda: None
    """Lets the providers' worlds move on before what was not ready is tried again."""
    looks: int = LOOKS

    def run(self, start: str | None = None) -> str:
        """The last state's name. Raises Held, and NotReady when a step waits for ever."""
        machine = json.loads(DEFINITION.read_text())
        told: dict[str, Any] = {}
        name: str | None = start or machine["StartAt"]
        last = ""
        while name is not None:
            self.states.append(name)
            last, state = name, machine["States"][name]
            name = self._state(state, told)
        return last

    def _state(self, state: dict[str, Any], told: dict[str, Any]) -> str | None:
        match state["Type"]:
            case "Task":
                return self._caught(state, told, lambda: self._task(state, told))
            case "Map":
                return self._caught(state, told, lambda: self._map(state, told))
            case "Choice":
                ways = {one["StringEquals"]: one["Next"] for one in state["Choices"]}
                found: str = ways.get(told["next"], state["Default"])
                return found
            case "Pass":
                told["failure"] = state["Result"]
                following: str = state["Next"]
                return following
        return None

    def _caught(self, state: dict[str, Any], told: dict[str, Any], work: Any) -> str | None:
        try:
            work()
        except (Held, NotReady):
            raise
        except Exception as error:
            known = {type(error).__name__, "States.ALL"}
            ways = [one for one in state.get("Catch", []) if known & set(one["ErrorEquals"])]
            if not ways:
                raise
            cause = json.dumps({"errorMessage": str(error)})
            told["failure"] = {"Error": type(error).__name__, "Cause": cause}
            caught: str = ways[0]["Next"]
            return caught
        following: str | None = state.get("Next")
        return following

    def _task(self, state: dict[str, Any], told: dict[str, Any], item: Any = None) -> None:
        payload = state["Parameters"]["Payload"]
        waits = state["Resource"].endswith("waitForTaskToken")
        given = MigrationStep(
            tenant=self.operation.tenant,
            operation_id=self.operation.id,
            step=payload["step"],
            item=item,
            token="token" if waits else None,
            failure=told.get("failure") if "failure.$" in payload else None,
        )
        for look in range(self.looks):
            try:
                result = run(self.services, given)
                break
            except NotReady:
                if look == self.looks - 1:
                    raise
                self.wait()
        told.update(next=result.next, items=[one.model_dump() for one in result.items])
        if waits:
            raise Held

    def _map(self, state: dict[str, Any], told: dict[str, Any]) -> None:
        inner = state["ItemProcessor"]
        for item in told["items"]:
            self._task(inner["States"][inner["StartAt"]], dict(told), item)
