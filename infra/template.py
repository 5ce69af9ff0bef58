"""Writes ``infra/template.yaml``: ``base.yaml`` and one resource for each function.

A function's file says all: its routes, its schedule or event pattern, its role (``REQUIRES``), its
layer (``LAYER``) where it is not that of the clouds' SDKs, and the stack's condition under which
it is deployed (``CONDITION``).
``python -m infra.template --check`` fails when the written template is older than the code.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

import functions
from infra.collect_costs import TARGET as COLLECT_COSTS
from infra.collect_costs import collect_costs
from infra.gateway import gateway_responses
from infra.machines import machines
from infra.migrate_many import TARGET as MIGRATE_MANY
from infra.migrate_many import migrate_many
from infra.migrate_vm import TARGET as MIGRATE_VM
from infra.migrate_vm import machine_text, migrate_vm
from novacron.runtime.permissions import (
    ASK_AS,
    COLLECT,
    MOVE,
    MOVE_MANY,
    OPERATE,
    PROVISION,
    READ_PRICES_KEY,
    Need,
)

HERE = Path(__file__).parent
TARGET = HERE / "template.yaml"
HEADER = "# Written by `make template` from infra/base.yaml and functions/. Edit those.\n"
STEP_SECONDS = 60
JOB_SECONDS = 300

PUBLIC = {"/openapi.json", "/agents/enroll"}
"""Without a caller's token: the description, and an agent that has a token of its own kind."""

WORKGROUP = "arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${AskedCosts}"

Resource = dict[str, Any]


def _sub(text: str) -> Resource:
    return {"Fn::Sub": text}


RESOURCES: dict[str, Any] = {
    "table": {"Fn::GetAtt": ["Table", "Arn"]},
    "index": _sub("${Table.Arn}/index/gsi1"),
    "provision": {"Ref": "ProvisionVm"},
    "operate": {"Ref": "RunOperation"},
    "wave": {"Ref": "MigrateMany"},
    "collect": {"Ref": "CollectCosts"},
    # By name: the machine names the function that ends its waits.
    "migrate": _sub(
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:"
        "${AWS::StackName}-MigrateVm"
    ),
    "executions": [
        _sub(
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:"
            f"${{{machine}.Name}}:*"
        )
        for machine in ("ProvisionVm", "RunOperation", "MigrateVm", "MigrateMany")
    ],
    # The account's id and the tenant's name stand between the slashes; both are data.
    "secrets": _sub(
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
        "${AWS::StackName}/*"
    ),
    # The name, and six characters that Secrets Manager adds:
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
    "prices secret": _sub(
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
        "${GooglePricesSecret}-??????"
    ),
    # Topics of tenants' own, by a name that we ask for.
    "notice topics": _sub("arn:${AWS::Partition}:sns:*:*:novacron-*"),
    "notice sender": _sub("arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*"),
    "chunks": _sub("${Chunks.Arn}/chunks/*"),
    "chunk bucket": {"Fn::GetAtt": ["Chunks", "Arn"]},
    "costs": _sub("${Costs.Arn}/costs/*"),
    "cost bucket": {"Fn::GetAtt": ["Costs", "Arn"]},
    "query role": {"Fn::GetAtt": ["AskCosts", "Arn"]},
    # Roles that customers make for us in accounts of their own, by a name that we ask for.
    # The action knows no resource: a function speaks for itself alone.
    "own identity": "*",
    # Nor does this one: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    "spot prices": "*",
    "cloud roles": _sub("arn:${AWS::Partition}:iam::*:role/novacron-*"),
}


def modules() -> list[ModuleType]:
    """Every deployed function's module, by name."""
    found = pkgutil.walk_packages(functions.__path__, "functions.")
    return [import_module(one.name) for one in found if not one.ispkg]


def logical_id(module: ModuleType) -> str:
    """functions.vms.create -> VmsCreate"""
    return "".join(part.title() for part in module.__name__.replace("_", ".").split(".")[1:])


def template() -> Resource:
    """The whole stack."""
    whole: Resource = yaml.safe_load((HERE / "base.yaml").read_text())
    whole["Resources"]["Api"]["Properties"]["GatewayResponses"] = gateway_responses()
    whole["Resources"].update(machines())
    for module in modules():
        whole["Resources"][logical_id(module)] = _function(module)
    return whole


def _function(module: ModuleType) -> Resource:
    properties: Resource = {
        "CodeUri": "../build/app",
        "Description": (module.__doc__ or "").partition("\n")[0],
        "Handler": f"{module.__name__}.lambda_handler",
        "Layers": [{"Ref": getattr(module, "LAYER", "Dependencies")}],
    }
    area = module.__name__.split(".")[1]
    if area == "steps":
        properties["Timeout"] = getattr(module, "TIMEOUT", STEP_SECONDS)
    elif area in ("schedules", "events"):
        properties["Timeout"] = getattr(module, "TIMEOUT", JOB_SECONDS)
        queue = {"Fn::GetAtt": ["Undelivered", "Arn"]}
        properties["DeadLetterQueue"] = {"Type": "SQS", "TargetArn": queue}
    if hasattr(module, "MEMORY"):
        properties["MemorySize"] = module.MEMORY
    variables = _variables(module)
    if variables:
        properties["Environment"] = {"Variables": variables}
    if module.REQUIRES:
        statements = _statements(sorted(module.REQUIRES))
        properties["Policies"] = [{"Version": "2012-10-17", "Statement": statements}]
    events = _events(module)
    if events:
        properties["Events"] = events
    # infra/build.py has put everything in its place.
    made: Resource = {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"SkipBuild": True},
        "Properties": properties,
    }
    return made | ({"Condition": module.CONDITION} if hasattr(module, "CONDITION") else {})


def _variables(module: ModuleType) -> Resource:
    found: Resource = {}
    if PROVISION in module.REQUIRES:
        found["NOVACRON_PROVISION_MACHINE"] = {"Ref": "ProvisionVm"}
    if OPERATE in module.REQUIRES:
        found["NOVACRON_OPERATION_MACHINE"] = {"Ref": "RunOperation"}
    if MOVE_MANY in module.REQUIRES:
        found["NOVACRON_WAVE_MACHINE"] = {"Ref": "MigrateMany"}
    if COLLECT in module.REQUIRES:
        found["NOVACRON_COLLECT_MACHINE"] = {"Ref": "CollectCosts"}
    if MOVE in module.REQUIRES:
        found["NOVACRON_MIGRATION_MACHINE"] = {"Ref": "MigrateVm"}
    if READ_PRICES_KEY in module.REQUIRES:
        found["NOVACRON_GOOGLE_PRICES_SECRET"] = {"Ref": "GooglePricesSecret"}
    if ASK_AS in module.REQUIRES:
        found["NOVACRON_QUERY_ROLE"] = {"Fn::GetAtt": ["AskCosts", "Arn"]}
        found["NOVACRON_QUERY_WORKGROUP"] = _sub(WORKGROUP)
    if module.__name__ == "functions.system.authorizer":
        for name in ("Issuer", "Audience", "JwksUrl"):
            key = "NOVACRON_JWKS_URL" if name == "JwksUrl" else f"NOVACRON_{name.upper()}"
            found[key] = {"Ref": name}
    return found


def _statements(needs: list[Need]) -> list[Resource]:
    by_place = sorted(needs, key=lambda need: (need.on, need.action))
    return [
        {
            "Effect": "Allow",
            "Action": [need.action for need in group],
            "Resource": RESOURCES[place],
        }
        for place, group in groupby(by_place, key=lambda need: need.on)
    ]


def _events(module: ModuleType) -> Resource:
    if hasattr(module, "SCHEDULE"):
        given = {"ScheduleExpression": module.SCHEDULE, "RetryPolicy": {"MaximumRetryAttempts": 2}}
        return {"Schedule": {"Type": "ScheduleV2", "Properties": given}}
    if hasattr(module, "PATTERN"):
        return {"Rule": {"Type": "EventBridgeRule", "Properties": {"Pattern": module.PATTERN}}}
    app = getattr(module, "app", None)
    if not isinstance(app, APIGatewayRestResolver):
        return {}
    schema = app.get_openapi_schema()
    paths = schema.model_dump(by_alias=True, exclude_none=True)["paths"]
    return {
        f"Http{index or ''}": _route(method, path)
        for index, (path, method) in enumerate((p, m) for p, ms in paths.items() for m in ms)
    }


def _route(method: str, path: str) -> Resource:
    given: Resource = {"RestApiId": {"Ref": "Api"}, "Method": method.upper(), "Path": path}
    if path in PUBLIC:
        given["Auth"] = {"Authorizer": "NONE"}
    return {"Type": "Api", "Properties": given}


class _Plain(yaml.SafeDumper):
    """No anchors: every value is written out where it stands."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def main() -> None:
    _keep(MIGRATE_MANY, machine_text(migrate_many()))
    _keep(MIGRATE_VM, machine_text(migrate_vm()))
    _keep(COLLECT_COSTS, machine_text(collect_costs()))
    text = HEADER + yaml.dump(template(), Dumper=_Plain, sort_keys=False, width=100)
    _keep(TARGET, text)


def _keep(target: Path, text: str) -> None:
    if "--check" not in sys.argv:
        target.write_text(text)
    elif target.read_text() != text:
        sys.exit(f"{target.name} is older than the code: run `make template`")


if __name__ == "__main__":
    main()
