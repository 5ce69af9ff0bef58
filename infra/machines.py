"""The state machines of the stack: each may invoke the functions that its definition names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DEFINITIONS = Path(__file__).parents[1] / "statemachines"
MACHINES = {
    "MigrateMany": "migrate_many.asl.json",
    "CollectCosts": "collect_costs.asl.json",
    "MigrateVm": "migrate_vm.asl.json",
    "ProvisionVm": "provision_vm.asl.json",
    "RunOperation": "run_operation.asl.json",
}
_NAMED = re.compile(r"\$\{(\w+)FunctionArn\}")


def machines() -> dict[str, Any]:
    """Logical id -> resource."""
    return {name: _machine(name, file) for name, file in MACHINES.items()}


def _machine(name: str, file: str) -> dict[str, Any]:
    text = (DEFINITIONS / file).read_text()
    steps = sorted(set(_NAMED.findall(text)))
    maps = _own_children(name) if '"DISTRIBUTED"' in text else {}
    arns = {f"{step}FunctionArn": {"Fn::GetAtt": [f"Steps{step}", "Arn"]} for step in steps}
    invokes: list[Any] = [
        {"LambdaInvokePolicy": {"FunctionName": {"Ref": f"Steps{step}"}}} for step in steps
    ]
    return {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "DefinitionUri": f"../statemachines/{file}",
            "DefinitionSubstitutions": arns,
            "Policies": invokes + ([maps["policy"]] if maps else []),
            **({"Name": maps["name"]} if maps else {}),
        },
    }


def _own_children(name: str) -> dict[str, Any]:
    """A Distributed Map starts executions of its own machine, which is therefore named:
    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html"""
    own = f"${{AWS::StackName}}-{name}"
    arn = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}"
    start = {
        "Effect": "Allow",
        "Action": "states:StartExecution",
        "Resource": {"Fn::Sub": f"{arn}:stateMachine:{own}"},
    }
    watch = {
        "Effect": "Allow",
        "Action": ["states:DescribeExecution", "states:StopExecution"],
        "Resource": {"Fn::Sub": f"{arn}:execution:{own}:*"},
    }
    policy = {"Version": "2012-10-17", "Statement": [start, watch]}
    return {"policy": policy, "name": {"Fn::Sub": own}}
