"""Service Quotas, Savings Plans, Run Command, and the external id of AssumeRole: what moto answers
too freely or not at all."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from ..common.faults import Fault
from . import run_command
from .account import LocalAccount
from .wire import Call, fault_response, json_response

_QUOTAS = {
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html
    ("ec2", "L-1216C47A"): "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    # https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
    ("ebs", "L-7A658B76"): "Storage for General Purpose SSD (gp3) volumes, in TiB",
}


def answer(account: LocalAccount, call: Call) -> Response | None:
    """The answer, or None for what moto should answer."""
    if call.operation == "GetServiceQuota":
        return _quota(account, call)
    if call.path == "/DescribeSavingsPlans":
        return _savings_plans(account, call)
    if call.operation == "AssumeRole":
        return _refused_role(account, call)
    try:
        return run_command.handle(account, call)
    except run_command.Refused as error:
        return fault_response(call, error.fault)


def _quota(account: LocalAccount, call: Call) -> Response:
    """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html"""
    asked: dict[str, Any] = json.loads(call.body)
    place = (asked["ServiceCode"], asked["QuotaCode"])
    if place not in _QUOTAS:
        return fault_response(
            call, Fault("", "NoSuchResourceException", message=f"There is no quota {place}.")
        )
    value = account.switches.standard_vcpus if place[0] == "ec2" else account.switches.gp3_tib
    quota = {
        "ServiceCode": place[0],
        "QuotaCode": place[1],
        "QuotaName": _QUOTAS[place],
        "Value": value,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
    return json_response({"Quota": quota})


def _savings_plans(account: LocalAccount, call: Call) -> Response:
    """https://docs.aws.amazon.com/savingsplans/latest/APIReference/API_DescribeSavingsPlans.html"""
    asked: dict[str, Any] = json.loads(call.body)
    states, start = asked.get("states"), int(asked.get("nextToken") or 0)
    if not 1 <= (size := asked.get("maxResults", 1000)) <= 1000:
        return fault_response(call, Fault("", "ValidationException", message="maxResults"))
    found = [one for one in account.savings_plans if not states or one["state"] in states]
    end = start + size
    token = {"nextToken": str(end)} if end < len(found) else {}
    return json_response({"savingsPlans": found[start:end], **token})


def _refused_role(account: LocalAccount, call: Call) -> Response | None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    asked = call.form()
    wanted = account.switches.external_ids.get(asked.get("RoleArn", ""))
    if wanted is None or asked.get("ExternalId") == wanted:
        return None
    message = f"User is not authorized to perform: sts:AssumeRole on {asked['RoleArn']}"
    return fault_response(call, Fault("", "AccessDenied", http_status=403, message=message))
