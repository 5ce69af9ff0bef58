"""Writes ``statemachines/migrate_vm.asl.json``: its states differ in little but their names.

Each state invokes one function with the operation's ids and its step's name; what it waits for,
the step says by NotReady, which is tried again. Lists of shards alone travel between states.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "statemachines" / "migrate_vm.asl.json"
INVOKE = "arn:aws:states:::lambda:invoke"
CONCURRENCY = 16
"""Functions that move shards at once, 8 requests each: about what an EBS snapshot's 1,000 requests
a second carry at 100 ms a request."""
LOOKS = 5000
"""Waits are short: most are downtime. So many of them are some hours, and 15,000 of an execution's
25,000 events (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)."""
SLOW_SECONDS = 60
"""Between looks at a shard that is long under way: at a low limit of bandwidth an agent's sixteen
take hours. A look is late by a tenth at most of the time that was waited for it."""
HOLD_SECONDS = 3600
"""A halt longer than this is spent on another round, so that little is left when it ends."""

State = dict[str, Any]
KILLED = [
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.SdkClientException",
    "Lambda.AWSLambdaException",
    "Lambda.Unknown",
    "Runtime.ExitError",
]


def migrate_vm() -> State:
    """The machine. Input: ``{operation: {tenant, operation_id}}``."""
    states = {
        "Decide": _step("decide", "Choose", observe="next"),
        "Choose": _choice(
            round="BeginRound",
            prepare_guest="PrepareGuest",
            clone="PrepareClone",
            remove_clone="RemoveClone",
            hold="Hold",
            fence="Fence",
            seal="Seal",
            finish="Finish",
            go_back="GoBack",
        ),
        "BeginRound": _mended(_step("begin_round", "AwaitExport")),
        "AwaitExport": _mended(_step("await_export", "PrepareTarget")),
        "PrepareTarget": _mended(_step("prepare_target", "PlanCopy")),
        "PlanCopy": _mended(_step("plan_copy", "CopyOut", observe="items")),
        "CopyOut": _map("CopyShards", "copy_shards", "SealManifests"),
        "SealManifests": _step("seal_manifests", "PlanApply"),
        "PlanApply": _step("plan_apply", "CopyIn", observe="items"),
        "CopyIn": _map("ApplyShards", "apply_shards", "PlanVerify"),
        "PlanVerify": _step("plan_verify", "Verify", observe="items"),
        "Verify": _map("VerifyShards", "verify_shards", "EndRound"),
        "EndRound": _step("end_round", "Decide"),
        "Resume": _step("resume", "Decide", failed=True),
        **_guest(),
        **_test_clone(),
        "Hold": _hold(),
        "AfterHold": _step("after_hold", "Choose", observe="next"),
        "Fence": _step("fence", "BeginRound"),
        "Seal": _step("seal", "Boot"),
        "Boot": _step("boot", "JoinPools"),
        "JoinPools": _step("join_pools", "SwitchNames"),
        "SwitchNames": _step("switch_names", "Commit"),
        "Commit": _step("commit", "Finish"),
        "Finish": _step("finish", "Succeeded"),
        "GoBack": _step("go_back", "Succeeded"),
        "RollBack": {
            "Type": "Pass",
            "Comment": "Go on undoing; the record says why.",
            "Result": {"Error": "Unknown", "Cause": ""},
            "ResultPath": "$.failure",
            "Next": "Compensate",
        },
        "Compensate": _compensate(),
        "Succeeded": {"Type": "Succeed"},
        "Failed": {
            "Type": "Fail",
            "Error": "OperationFailed",
            "Cause": "The operation's record says why.",
        },
    }
    return {
        "Comment": "Move a VM: rounds of copying while it runs, a cutover, and on failure back. "
        "Input: {operation: {tenant, operation_id}}. Written by infra/migrate_vm.py.",
        "StartAt": "Decide",
        "States": states,
    }


def _guest() -> State:
    """What fails in it stops no copying."""
    prepare = _step("prepare_guest", "Decide")
    prepare["Catch"][0]["Next"] = "GuestFailed"
    return {"PrepareGuest": prepare, "GuestFailed": _step("guest_failed", "Decide", failed=True)}


def _test_clone() -> State:
    """What fails in it ends the clone, not the migration."""
    states = {
        "PrepareClone": _step("prepare_clone", "PlanClone"),
        "PlanClone": _step("plan_clone", "FillClone", observe="items"),
        "BootClone": _step("boot_clone", "RemoveClone"),
    }
    for state in states.values():
        state["Catch"][0]["Next"] = "CloneFailed"
        _mended(state)
    return states | {
        "FillClone": _map("FillShards", "fill_clone", "BootClone"),
        "CloneFailed": _step("clone_failed", "RemoveClone", failed=True),
        "RemoveClone": _step("remove_clone", "Decide"),
    }


def machine_text(machine: State) -> str:
    return json.dumps(machine, indent=2) + "\n"


def _payload(step: str, **more: str) -> State:
    return {
        "tenant.$": "$.operation.tenant",
        "operation_id.$": "$.operation.operation_id",
        "step": step,
        **more,
    }


def task(function: str, payload: State, seconds: int, longest: int = 4) -> State:
    """Invokes a step's function, and again while it says NotReady, ``longest`` seconds apart."""
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": f"${{{function}FunctionArn}}", "Payload": payload},
        "TimeoutSeconds": seconds,
        "Retry": [
            retry(["NotReady"], 1, 1.1, LOOKS, longest),
            retry(["Throttled", "ProviderUnavailable", "NoCapacity", *KILLED], 2, 2.0, 12, 60),
        ],
    }


def retry(errors: list[str], first: int, rate: float, attempts: int, most: int) -> State:
    return {
        "ErrorEquals": errors,
        "IntervalSeconds": first,
        "BackoffRate": rate,
        "MaxAttempts": attempts,
        "MaxDelaySeconds": most,
        "JitterStrategy": "FULL",
    }


def _caught(error: str = "States.ALL", following: str = "Compensate") -> State:
    return {"ErrorEquals": [error], "ResultPath": "$.failure", "Next": following}


def _mended(state: State) -> State:
    """Where an agent is asked: if it is silent for long, that is mended, and the round goes on."""
    state["Catch"].insert(0, _caught("ProviderUnavailable", "Resume"))
    return state


def _step(step: str, following: str, observe: str | None = None, failed: bool = False) -> State:
    """``failed``: it is told why the state before it failed."""
    payload = _payload(step, **({"failure.$": "$.failure"} if failed else {}))
    state = task("Migrate", payload, 300) | {"Catch": [_caught()]}
    if observe is not None:
        state["ResultSelector"] = {f"{observe}.$": f"$.Payload.{observe}"}
    state["ResultPath"] = "$.observed" if observe is not None else None
    return state | {"Next": following}


def _choice(**ways: str) -> State:
    return {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.observed.next", "StringEquals": word, "Next": state}
            for word, state in ways.items()
        ],
        "Default": "RollBack",
    }


def _map(inner: str, step: str, following: str) -> State:
    """Each item a function of its own; one that fails for good ends the map, whose failure does
    not say why: the step that mends silent agents looks."""
    payload = _payload(step, **{"item.$": "$.item"})
    move = task("Transfer", payload, 900, SLOW_SECONDS) | {"ResultPath": None, "End": True}
    return {
        "Type": "Map",
        "ItemsPath": "$.observed.items",
        "ItemSelector": {"operation.$": "$.operation", "item.$": "$$.Map.Item.Value"},
        "MaxConcurrency": CONCURRENCY,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": inner,
            "States": {inner: move},
        },
        "ResultPath": None,
        "Catch": [_caught(following="Resume")],
        "Next": following,
    }


def _hold() -> State:
    """Waits for a person: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token"""
    state = task("Migrate", _payload("hold", **{"token.$": "$$.Task.Token"}), HOLD_SECONDS)
    late = {"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": "AfterHold"}
    return {
        **state,
        "Resource": f"{INVOKE}.waitForTaskToken",
        "HeartbeatSeconds": HOLD_SECONDS,
        "Catch": [late, _caught()],
        "ResultPath": None,
        "Next": "Decide",
    }


def _compensate() -> State:
    payload = _payload("compensate", **{"failure.$": "$.failure"})
    return task("Migrate", payload, 300) | {
        "Comment": "Back to the source, from the journal; past the commit, on to the end.",
        "Retry": [retry(["States.ALL"], 2, 1.5, 1000, 60)],
        "ResultPath": None,
        "Next": "Failed",
    }
