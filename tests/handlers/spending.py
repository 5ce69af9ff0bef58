"""Exercises of the functions that tell what VMs cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.ce.models import ce_backends

from novacron.catalog import live
from novacron.catalog.snapshot import DATA
from novacron.costs import export as exporting
from novacron.costs.exchange.ecb import parsed
from novacron.costs.exchange.reference import ReferenceRates
from novacron.costs.imports import import_delivery
from novacron.costs.sql import ask as asking
from novacron.migration.objects import ObjectStore
from novacron.models.account import ProviderType
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.rate_card import FlatRates, RateCard
from novacron.operations.services import Services
from novacron.settings import settings
from novacron.store.rate_cards import RateCards
from tests.athena import BUCKET, GROUP, ROLE, WORKGROUP
from tests.bills import Bills, row
from tests.ecb import document, ecb
from tests.handlers.stage import ACCOUNT, REGION, SETTINGS, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2026, 1, 1)


def spend(services: Services, account: ProviderAccount, folder: Path) -> None:
    """A day's cost of ``vm-ours``."""
    services.cost_store = f"file://{folder}/costs"
    bills = Bills([row(DAY, "1.5", ResourceId="vm-ours")])
    import_delivery(services, account, bills, bills.delivery("1", datetime.now(UTC)))


def live_prices(stage: Stage) -> None:
    """A refreshed snapshot, which a new process must read."""
    stage.services.cost_store = f"file://{stage.folder}/costs"
    live.publish(stage.services.costs, ProviderType.AWS, (DATA / "aws.zip").read_bytes())
    live.forget()


def query(stage: Stage) -> None:
    spend(stage.services, stage.account(), stage.folder)
    body = {"start": "2026-01-01", "end": "2026-02-01", "group_by": ["resource"]}
    stage.http("POST", "/costs:query", 200, body)


def respend(stage: Stage) -> None:
    """The same month twice: the first generation is replaced."""
    spend(stage.services, stage.account(), stage.folder)
    bills = Bills([row(DAY, "2", ResourceId="vm-ours")])
    later = datetime.now(UTC) + timedelta(hours=1)
    import_delivery(stage.services, stage.account(), bills, bills.delivery("2", later))


def report(stage: Stage) -> None:
    spend(stage.services, stage.account(), stage.folder)
    body = {"start": "2026-01-01", "end": "2026-02-01", "format": "pdf"}
    stage.http("POST", "/costs:report", 200, body)


def at_athena(services: Services) -> None:
    """Athena is there; rows that were read before stay where they are."""
    services.cost_store = f"s3://{BUCKET}/costs"
    boto3.client("s3", region_name=REGION).create_bucket(Bucket=BUCKET)
    boto3.client("athena", region_name=REGION).create_work_group(Name=GROUP)
    services.query_role, services.query_workgroup = ROLE, WORKGROUP


def ask_sql(stage: Stage) -> None:
    spend(stage.services, stage.account(), stage.folder)
    body = {"start": "2026-01-01", "end": "2026-02-01", "sql": "SELECT ResourceId FROM costs"}
    stage.http("POST", "/costs:sql", 200, body)
    at_athena(stage.services)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "find_spec", lambda _: None)
        stage.http("POST", "/costs:sql", 200, body)


def export(stage: Stage) -> None:
    """As an answer, and as a link, which no folder can sign."""
    spend(stage.services, stage.account(), stage.folder)
    body = {"start": "2026-01-01", "end": "2026-02-01"}
    stage.http("POST", "/costs:export", 200, body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "MOST_BYTES", 0)
        patch.setattr(ObjectStore, "sign", lambda _, __, paths, ___: dict.fromkeys(paths, "url"))
        stage.http("POST", "/costs:export", 200, body)


def read_settings(stage: Stage) -> None:
    stage.http("GET", "/costs/settings", 200)


def change_settings(stage: Stage) -> None:
    """With success, and into another currency than that of what is stored."""
    spend(stage.services, stage.account(), stage.folder)
    stage.http("PUT", "/costs/settings", 200, {"tags": ["env"]}, key="first")
    stage.http("PUT", "/costs/settings", 409, {"currency": "EUR", "version": 1}, key="second")


def schedule(stage: Stage) -> None:
    spend(stage.services, stage.account(), stage.folder)
    machines = boto3.client("stepfunctions", region_name=REGION)
    made = machines.create_state_machine(
        name="collect", definition="{}", roleArn="arn:aws:iam::123456789012:role/machine"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOVACRON_COLLECT_MACHINE", made["stateMachineArn"])
        settings.cache_clear()
        stage.invoke("functions.schedules.collect_costs", {})
    settings.cache_clear()


def refresh_rates(stage: Stage) -> None:
    stage.services.cost_store = f"file://{stage.folder}/costs"
    with ecb(document()) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOVACRON_ECB_RATES", url)
        settings.cache_clear()
        stage.invoke("functions.schedules.refresh_rates", {})
    settings.cache_clear()


def collect(stage: Stage) -> None:
    """A bill by Cost Explorer, an account that knows us not, and VMs of our own hosts, whose card
    is in another currency."""
    told = {**SETTINGS, "cost_explorer": "true"}
    stage.services.store.save_account(stage.account(settings=told))
    stage.on_azure()
    here = stage.on_memory("lab")
    now = stage.world.clock()
    _explored(now.date())
    RateCards(stage.services.store.table).save("acme", here.account, CARD, stage.world.clock())
    size = {"bills_compute": True, "vcpus": 1, "memory_mib": 1024}
    vm = ResourceRecord(
        id="vm-own",
        tenant="acme",
        kind=ResourceKind.VM,
        account_id=here.account,
        provider_id="own",
        name="own",
        region=here.region,
        state="running",
        document=size,
        observed_at=now,
        created_at=now,
    )
    stage.services.store.adopt(vm, ProviderType.MEMORY)
    stage.world.clock.at += timedelta(hours=3)
    stage.services.cost_store = f"file://{stage.folder}/costs"
    quoted = {now.date().isoformat(): {"USD": "1.25"}}
    ReferenceRates(stage.services.costs).add(parsed(document(quoted)))
    period = now.date().replace(day=1).isoformat()
    for account in (here.account, ACCOUNT, "acc-azure"):
        stage.forget_adapter()
        event = {"tenant": "acme", "account_id": account}
        refused = account == "acc-azure"
        for step in ("plan", "collect"):
            asked = {"step": step, "period": period, "estimated": False}
            stage.invoke("functions.steps.collect_costs", event | asked, fails=refused)


def _explored(day: date) -> None:
    """What moto's Cost Explorer is to answer."""
    money = {"Amount": "1.5", "Unit": "USD"}
    metrics = {"UnblendedCost": money, "AmortizedCost": money}
    group = {"Keys": ["EC2 - Other", REGION], "Metrics": metrics}
    period = {"Start": day.isoformat(), "End": (day + timedelta(days=1)).isoformat()}
    answer = {"ResultsByTime": [{"TimePeriod": period, "Groups": [group]}]}
    ce_backends["123456789012"]["aws"].cost_usage_results_queue.append(answer)


CARD = RateCard(
    currency="EUR",
    flat=FlatRates(
        vcpu_hour=Decimal("0.02"), memory_gib_hour=Decimal("0.01"), storage_gib_hour=Decimal(0)
    ),
)

EXERCISES: dict[str, Callable[[Stage], None]] = {
    "costs.query": query,
    "costs.report": report,
    "costs.export": export,
    "costs.sql": ask_sql,
    "costs.get_settings": read_settings,
    "costs.put_settings": change_settings,
    "schedules.collect_costs": schedule,
    "schedules.refresh_rates": refresh_rates,
    "steps.collect_costs": collect,
}
