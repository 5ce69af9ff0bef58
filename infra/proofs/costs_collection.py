"""Collection on the embedded stack: the schedule's function starts the machine, IAM enforced, and a
bill, metered hours and an account without an export end as they should."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from infra.local.stack.api import Cli
from infra.local.stack.clouds import Target
from infra.local.stack.control_plane import client
from infra.local.stack.deploy import STACK
from infra.local.stack.logs import errors
from infra.local.stack.stack import TENANT, Stack, running
from infra.proofs.__main__ import NotProven
from novacron.models.account import ProviderType
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.rate_card import FlatRates, RateCard
from novacron.store.collections import Collections
from novacron.store.rate_cards import RateCards
from novacron.store.store import Store
from novacron.store.table import Table

SECONDS = 240
HOURS = 5
RATE = Decimal("0.02")
BILLED = [Decimal("1.234567891"), Decimal("0.000000001"), Decimal(2)]


def prove() -> str:
    with TemporaryDirectory() as folder, running(Path(folder), host=False) as stack:
        table = Table(stack.outputs["Table"], client("dynamodb", stack.port))
        accounts = {one.type: _account(stack, one, Path(folder)) for one in stack.targets}
        own, azure, aws = (accounts[kind] for kind in ("memory", "azure", "aws"))
        hours = _meter(table, own)
        _charge(stack)
        seconds = _collect(stack)
        costs = _costs(stack)
        if costs.get(azure) != sum(BILLED):
            raise NotProven(f"Azure billed {sum(BILLED)}, {costs} was collected")
        metered = costs.get(own, Decimal(0))
        if not hours * RATE <= metered <= (hours + 1) * RATE:
            raise NotProven(f"{hours} hours and some minutes were metered as {metered}")
        noted = Collections(table).last(TENANT, aws)
        if noted is None or noted.code != "NotFound":
            raise NotProven(f"the account without an export is noted as {noted}")
    return (
        f"{len(accounts)} accounts collected in {seconds:.0f} s: Azure's {sum(BILLED)} USD to the "
        f"last digit, {hours} VM hours metered, an account without an export noted"
    )


def _account(stack: Stack, target: Target, folder: Path) -> str:
    cli = Cli(stack.url, stack.token, lambda _text: None)
    words = ["provider", "add", target.name, "--type", target.type]
    for name, value in target.settings.items():
        words += ["--set", f"{name}={value}"]
    if target.secret:
        file = folder / f"{target.name}.secret.json"
        file.write_text(json.dumps(target.secret))
        words += ["--secret-file", str(file)]
    return str(cli.json(*words)["id"])


def _meter(table: Table, account: str) -> Decimal:
    """A VM that has run since some full hours ago, in this month; returns how many."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    begun = max(now - timedelta(hours=HOURS), now.replace(day=1, hour=0))
    flat = FlatRates(vcpu_hour=RATE, memory_gib_hour=Decimal(0), storage_gib_hour=Decimal(0))
    card = RateCard(currency="USD", flat=flat)
    RateCards(table).save(TENANT, account, card, begun - timedelta(days=1))
    record = ResourceRecord(
        id="vm-metered",
        tenant=TENANT,
        kind=ResourceKind.VM,
        account_id=account,
        provider_id="metered",
        name="metered",
        region="local-1",
        state="running",
        document={"bills_compute": True, "vcpus": 1, "memory_mib": 1024},
        observed_at=begun,
        created_at=begun,
    )
    Store(table).adopt(record, ProviderType.MEMORY)
    return Decimal((now - begun) // timedelta(hours=1))


def _charge(stack: Stack) -> None:
    """What Azure's Cost Management says of yesterday's month."""
    day = f"{datetime.now(UTC) - timedelta(days=1):%Y%m%d}"
    charges = [
        {"day": day, "service": f"Service {n}", "location": "EU West"}
        | {"billed": str(amount), "effective": str(amount)}
        for n, amount in enumerate(BILLED)
    ]
    [azure] = [one for one in stack.targets if one.type == "azure"]
    url = f"{azure.settings['endpoint_url']}/_local/charges"
    answer = httpx.put(url, json={"charges": charges}, verify=azure.settings["ca_file"])
    answer.raise_for_status()


def _collect(stack: Stack) -> float:
    """Run the schedule's function; returns after how many seconds its execution has ended."""
    begun = time.monotonic()
    stacks = client("cloudformation", stack.port)
    found = stacks.describe_stack_resource(
        StackName=STACK, LogicalResourceId="SchedulesCollectCosts"
    )
    function = found["StackResourceDetail"]["PhysicalResourceId"]
    answer = client("lambda", stack.port).invoke(FunctionName=function, Payload=b"{}")
    if "FunctionError" in answer:
        raise NotProven(f"the schedule failed: {answer['Payload'].read().decode()[:500]}")
    machines = client("stepfunctions", stack.port)
    while time.monotonic() - begun < SECONDS:
        listed = machines.list_executions(stateMachineArn=stack.outputs["CollectCosts"])
        states = {one["status"] for one in listed["executions"]}
        if states == {"SUCCEEDED"}:
            return time.monotonic() - begun
        if states - {"SUCCEEDED", "RUNNING"}:
            raise NotProven(f"executions ended as {states}: {errors(stack.port)}")
        time.sleep(1)
    raise NotProven(f"the collection takes longer than {SECONDS} s: {errors(stack.port)}")


def _costs(stack: Stack) -> dict[str, Decimal]:
    """By account, over the last weeks, as the API tells them."""
    today = datetime.now(UTC).date()
    question: dict[str, Any] = {
        "start": (today - timedelta(days=40)).isoformat(),
        "end": (today + timedelta(days=1)).isoformat(),
        "granularity": "total",
        "metric": "billed",
        "group_by": ["account"],
    }
    token = {"Authorization": f"Bearer {stack.token}"}
    answer = httpx.post(f"{stack.url}/costs:query", json=question, headers=token, timeout=60)
    answer.raise_for_status()
    return {one["key"]["account"]: Decimal(one["total"]) for one in answer.json()["groups"]}
