"""Writes ``statemachines/collect_costs.asl.json``: a branch for each account, and in it one for
each month. Ids alone travel between states; what an import found is in the table.
"""

from __future__ import annotations

from pathlib import Path

from infra.migrate_vm import INVOKE, KILLED, State, retry

TARGET = Path(__file__).parents[1] / "statemachines" / "collect_costs.asl.json"
ACCOUNTS, MONTHS = 20, 2
"""At once. A provider's limits are each account's own, and two months of one are far within them
(https://learn.microsoft.com/en-us/azure/cost-management-billing/costs/manage-automation); all
accounts together are bounded by the functions that may run at a time."""
SECONDS = 900


def collect_costs() -> State:
    """The machine. Input: ``{accounts: [{tenant, account_id}]}``."""
    return {
        "Comment": "Collect costs of accounts. Input: {accounts: [{tenant, account_id}]}. "
        "Written by infra/collect_costs.py.",
        "StartAt": "EachAccount",
        "States": {
            "EachAccount": {
                "Type": "Map",
                "ItemsPath": "$.accounts",
                "ItemSelector": {"account.$": "$$.Map.Item.Value"},
                "MaxConcurrency": ACCOUNTS,
                "ToleratedFailurePercentage": 100,
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                    "StartAt": "Plan",
                    "States": _account(),
                },
                "ResultPath": None,
                "End": True,
            }
        },
    }


def _account() -> State:
    ids = {"tenant.$": "$.account.tenant", "account_id.$": "$.account.account_id"}
    return {
        "Plan": _task("plan", ids)
        | {
            "ResultSelector": {"items.$": "$.Payload.items"},
            "ResultPath": "$.observed",
            "Catch": _noted("Note"),
            "Next": "EachMonth",
        },
        "EachMonth": {
            "Type": "Map",
            "ItemsPath": "$.observed.items",
            "ItemSelector": {"month.$": "$$.Map.Item.Value"},
            "MaxConcurrency": MONTHS,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Collect",
                "States": _month(),
            },
            "ResultPath": None,
            "End": True,
        },
        "Note": _note(ids),
    }


def _month() -> State:
    ids = {
        name: f"$.month.{name.removesuffix('.$')}"
        for name in ("tenant.$", "account_id.$", "period.$", "estimated.$")
    }
    return {
        "Collect": _task("collect", ids)
        | {"ResultPath": None, "Catch": _noted("NoteMonth"), "End": True},
        "NoteMonth": _note(ids),
    }


def _note(ids: State) -> State:
    return _task("note", {**ids, "failure.$": "$.failure"}) | {"ResultPath": None, "End": True}


def _noted(following: str) -> list[State]:
    return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": following}]


def _task(step: str, ids: State) -> State:
    """A stuck import ends by its timeout, and the next collection begins it anew."""
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {
            "FunctionName": "${CollectCostsFunctionArn}",
            "Payload": {**ids, "step": step},
        },
        "TimeoutSeconds": SECONDS,
        "Retry": [
            retry(["NotReady", "Conflict"], 5, 2.0, 5, 60),
            retry(["Throttled", "ProviderUnavailable", *KILLED], 10, 2.0, 6, 300),
        ],
    }
