"""The state machines of the stack: each may invoke the functions that its definition names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DEFINITIONS = Path(__file__).parents[1] / "statemachines"
MACHINES = {"ProvisionVm": "provision_vm.asl.json", "RunOperation": "run_operation.asl.json"}
_NAMED = re.compile(r"\$\{(\w+)FunctionArn\}")


def machines() -> dict[str, Any]:
    """Logical id -> resource."""
    return {name: _machine(file) for name, file in MACHINES.items()}


def _machine(file: str) -> dict[str, Any]:
    steps = sorted(set(_NAMED.findall((DEFINITIONS / file).read_text())))
    arns = {f"{step}FunctionArn": {"Fn::GetAtt": [f"Steps{step}", "Arn"]} for step in steps}
    return {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "DefinitionUri": f"../statemachines/{file}",
            "DefinitionSubstitutions": arns,
            "Policies": [
                {"LambdaInvokePolicy": {"FunctionName": {"Ref": f"Steps{step}"}}} for step in steps
            ],
        },
    }
