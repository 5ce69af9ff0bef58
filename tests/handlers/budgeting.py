"""Exercises of what budgets do, each by every permission that it declares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3

from novacron.costs.budgets.estimate import spec_of
from novacron.costs.budgets.guard import hold
from novacron.costs.budgets.manage import create_budget
from novacron.costs.telling import of_anomaly, write_down
from novacron.models.budget import Budget, CreateBudget
from novacron.models.cost_import import Digest
from novacron.models.firing import Stopped
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.store.budgets import BudgetStore
from novacron.store.costs import CostStore
from tests.handlers.foreseeing import FOUND
from tests.handlers.spending import spend
from tests.handlers.stage import ACCOUNT, REGION, Stage

WEBHOOK = {"kind": "webhook", "url": "https://localhost/hook"}
"""Never public: nothing is sent there."""
SIGNED = {"channels": [WEBHOOK], "webhook_secret": "agreed between us"}
BODY = {"name": "team", "limit": "1000", "guard": "approve"}


def budget(stage: Stage, **told: Any) -> Budget:
    asked = CreateBudget.model_validate({**BODY, **told})
    return create_budget(stage.services, "acme", asked)


def running(stage: Stage) -> ResourceRecord:
    """A VM that runs, and that no budget holds yet."""
    vm = stage.record(ResourceKind.VM)
    stored = stage.services.store.resource("acme", ResourceKind.VM, vm)
    document = {"instance_type": "t3.micro", "tags": {"env": "dev"}}
    now = stored.model_copy(update={"state": "running", "document": document})
    account = stage.services.store.account("acme", ACCOUNT)
    return stage.services.store.save_resource(now, account.type)


def held(stage: Stage) -> str:
    """A VM that runs and is held; its id."""
    vm = running(stage)
    account = stage.services.store.account("acme", ACCOUNT)
    writes = hold(stage.services, account, vm.id, spec_of(vm))
    stage.services.store.table.transact(writes)
    return vm.id


def name_for_notices(stage: Stage, made: Budget) -> None:
    """Of what is found, all that is severe at once and the rest once a day."""
    store = CostStore(stage.services.store.table)
    told = {"notices": made.id, "digest": Digest.DAILY, "urgent": FOUND.severity}
    settings = store.settings("acme").model_copy(update=told)
    store.save_settings("acme", settings)


def spent(stage: Stage) -> None:
    """A day of the period has its bill."""
    spend(stage.services, stage.account(), stage.folder)
    stage.world.clock.at += timedelta(days=3)


def create(stage: Stage) -> None:
    spent(stage)
    stage.http("POST", "/budgets", 201, {**BODY, **SIGNED}, key="first")
    stage.http("POST", "/budgets", 409, {**BODY, **SIGNED}, key="second")


def replace(stage: Stage) -> None:
    path = f"/budgets/{budget(stage, **SIGNED).id}"
    spent(stage)
    stage.http("PUT", path, 200, {**BODY, **SIGNED, "limit": "2000"}, key="first")
    stage.http("PUT", path, 400, {**BODY, "name": "other"}, key="second")


def delete(stage: Stage) -> None:
    path = f"/budgets/{budget(stage, **SIGNED).id}"
    stage.http("DELETE", path, 200, key="first")
    stage.http("DELETE", path, 404, key="second")


def approve(stage: Stage) -> None:
    path = f"/budgets/{budget(stage).id}/approve"
    stage.http("POST", path, 200, {"amount": "10"}, key="first")
    stage.http("POST", "/budgets/bud-none/approve", 404, {"amount": "10"}, key="second")


def revert(stage: Stage) -> None:
    made = budget(stage)
    vm = stage.record(ResourceKind.VM)
    mark = Stopped(tenant="acme", vm_id=vm, budget_id=made.id, operation_id="op-1")
    store = BudgetStore(stage.services.store.table)
    store.table.transact([store.marking(mark)])
    stage.http("POST", f"/budgets/{made.id}/revert", 200, key="first")
    stage.http("POST", "/budgets/bud-none/revert", 404, key="second")


def watch(stage: Stage) -> None:
    """A threshold that a running VM is sure to pass: it is stopped, and everybody is told, also of
    what was found in the days before."""
    topic = boto3.client("sns", region_name=REGION).create_topic(Name="novacron-costs")
    boto3.client("sesv2").create_email_identity(EmailIdentity="novacron@example.com")
    stage.services.notice_sender = "novacron@example.com"
    email = {"kind": "email", "address": "ops@example.com"}
    channels = [{"kind": "sns", "topic": topic["TopicArn"]}, email, WEBHOOK]
    threshold = {"measure": "forecast", "amount": "0.001", "stop": {"env": "dev"}}
    budget(stage, **{**SIGNED, "channels": channels, "thresholds": [threshold]})
    name_for_notices(stage, budget(stage, **{**SIGNED, "name": "told"}))
    write_down(stage.services, of_anomaly(FOUND), FOUND.severity)
    write_down(stage.services, of_anomaly(FOUND.model_copy(update={"id": "20260228-0"})))
    running(stage)
    spent(stage)
    stage.invoke("functions.schedules.watch_budgets", {})


def shown(path: str) -> Callable[[Stage], None]:
    def exercise(stage: Stage) -> None:
        stage.http("GET", path.format(id=budget(stage).id), 200)

    return exercise


EXERCISES: dict[str, Callable[[Stage], None]] = {
    "budgets.create": create,
    "budgets.delete": delete,
    "budgets.replace": replace,
    "budgets.get": shown("/budgets/{id}"),
    "budgets.list": shown("/budgets"),
    "budgets.approve": approve,
    "budgets.revert": revert,
    "schedules.watch_budgets": watch,
}
