"""What is deployed is what the code declares, and no role has more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from infra.machines import DEFINITIONS, MACHINES
from infra.template import RESOURCES, TARGET, logical_id, modules, template
from novacron.runtime.permissions import Need
from tests.world import create_table

STACK = yaml.safe_load(TARGET.read_text())
FUNCTIONS = {
    name: one["Properties"]
    for name, one in STACK["Resources"].items()
    if one["Type"] == "AWS::Serverless::Function"
}


def test_the_written_template_is_the_codes() -> None:
    assert template() == STACK


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_every_function_declares_what_it_needs(module: Any) -> None:
    assert all(isinstance(need, Need) and need.on in RESOURCES for need in module.REQUIRES)
    assert callable(module.lambda_handler)
    allowed = {
        action
        for policy in FUNCTIONS[logical_id(module)].get("Policies", [])
        for statement in policy["Statement"]
        for action in statement["Action"]
    }
    assert allowed == {need.action for need in module.REQUIRES}


BOUNDLESS = {"sts:GetWebIdentityToken", "ec2:DescribeSpotPriceHistory"}
"""Actions that know no resource; the second reads prices that are everybody's."""


def test_no_role_reaches_everything() -> None:
    given = [one.get("Policies", []) for one in FUNCTIONS.values()]
    for statement in (s for policies in given for policy in policies for s in policy["Statement"]):
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= BOUNDLESS
    policies = json.dumps(given)
    assert not re.search(r'"\w+:\*"', policies)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_may_invoke_what_it_names_and_no_more(machine: str) -> None:
    definition = (DEFINITIONS / MACHINES[machine]).read_text()
    named = set(re.findall(r"\$\{(\w+)FunctionArn\}", definition))
    given = STACK["Resources"][machine]["Properties"]
    assert {f"{name}FunctionArn" for name in named} == set(given["DefinitionSubstitutions"])
    lambdas = [one for one in given["Policies"] if "LambdaInvokePolicy" in one]
    invoked = [one["LambdaInvokePolicy"]["FunctionName"]["Ref"] for one in lambdas]
    others = [one for one in given["Policies"] if one not in lambdas]
    assert bool(others) == ('"DISTRIBUTED"' in definition)
    assert sorted(invoked) == sorted(f"Steps{name}" for name in named)
    assert "lambda:invoke" in definition
    used = set(re.findall(r"arn:aws:states:::([\w:.]+)", definition))
    assert used <= {"lambda:invoke", "lambda:invoke.waitForTaskToken"}


def test_the_tests_use_the_templates_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    wanted = STACK["Resources"]["Table"]["Properties"]
    with mock_aws():
        create_table("here")
        client = boto3.client("dynamodb", region_name="us-east-1")
        made = client.describe_table(TableName="here")["Table"]
    assert made["KeySchema"] == wanted["KeySchema"]
    assert made["AttributeDefinitions"] == wanted["AttributeDefinitions"]
    [index] = made["GlobalSecondaryIndexes"]
    [planned] = wanted["GlobalSecondaryIndexes"]
    assert planned.items() <= dict(index).items()


def test_the_gateways_own_answers_are_problems() -> None:
    answers = STACK["Resources"]["Api"]["Properties"]["GatewayResponses"]
    for answer in answers.values():
        body = json.loads(answer["ResponseTemplates"]["application/json"])
        assert body["code"]
        assert body["remedy"]


def test_every_file_is_deployed() -> None:
    root = Path(__file__).parents[2] / "functions"
    files = [one for one in root.glob("*/*.py") if one.name != "__init__.py"]
    assert len(files) == len(FUNCTIONS)


def test_no_step_refers_to_the_machine_that_invokes_it() -> None:
    """CloudFormation refuses such a circle, and the stack with it."""
    for machine in MACHINES:
        invoked = STACK["Resources"][machine]["Properties"]["DefinitionSubstitutions"].values()
        for step in {arn["Fn::GetAtt"][0] for arn in invoked}:
            told = str(STACK["Resources"][step]["Properties"])
            assert f"{{'Ref': '{machine}'}}" not in told, step
