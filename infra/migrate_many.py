"""Writes ``statemachines/migrate_many.asl.json``: a wave's next look, until all have moved.

A look is some ten of an execution's 25,000 events: after a day it fails, and the reconciler starts
the next attempt where the record stands.
"""

from __future__ import annotations

from pathlib import Path

from infra.migrate_vm import State, task

TARGET = Path(__file__).parents[1] / "statemachines" / "migrate_many.asl.json"


def migrate_many() -> State:
    """The machine. Input: ``{operation: {tenant, operation_id}}``."""
    look = task("Wave", {"operation.$": "$.operation"}, 300) | {
        "ResultSelector": {
            "next.$": "$.Payload.next",
            "wait_seconds.$": "$.Payload.wait_seconds",
        },
        "ResultPath": "$.observed",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Compensate"}],
        "Next": "Choose",
    }
    told = {"operation.$": "$.operation", "failure.$": "$.failure"}
    give_up = task("Wave", told, 300) | {"ResultPath": None, "Next": "Failed"}
    return {
        "Comment": "Move several VMs, a few at a time. Input: {operation: {tenant, operation_id}}. "
        "Written by infra/migrate_many.py.",
        "StartAt": "Advance",
        "States": {
            "Advance": look,
            "Choose": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.observed.next", "StringEquals": word, "Next": state}
                    for word, state in (("wait", "Wait"), ("succeeded", "Succeeded"))
                ],
                "Default": "Failed",
            },
            "Wait": {
                "Type": "Wait",
                "SecondsPath": "$.observed.wait_seconds",
                "Next": "Advance",
            },
            "Compensate": give_up,
            "Succeeded": {"Type": "Succeed"},
            "Failed": {
                "Type": "Fail",
                "Error": "OperationFailed",
                "Cause": "The wave's record says why.",
            },
        },
    }
