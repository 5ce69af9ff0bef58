"""Functions that no caller waits for: states, schedules, notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from novacron.models.base import Model
from novacron.operations.services import Services
from novacron.operations.steps import StepInput, StepOutput
from novacron.runtime.aws import services
from novacron.runtime.logging import logger
from novacron.runtime.metrics import count

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def step(work: Callable[[Services, StepInput], StepOutput]) -> Handler:
    """A state's function: its input is an operation's tenant and id, its errors are the tree's."""

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        given = StepInput.model_validate(event)
        begin(tenant=given.tenant, operation=given.operation_id)
        with services().providers.courier.attempt():
            return work(services(), given).model_dump()

    return handler


def job(work: Callable[[Services, dict[str, Any]], Model]) -> Handler:
    """A schedule's or a notification's function; what it returns is logged."""

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        begin()
        with services().providers.courier.attempt():
            report = work(services(), event).model_dump(mode="json")
        logger().info("done", **report)
        count("Jobs")
        return report

    return handler


def begin(**keys: str) -> None:
    """Every line that follows carries ``keys``."""
    logger().clear_state()
    logger().append_keys(**keys)
