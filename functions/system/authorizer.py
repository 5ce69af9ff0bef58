"""API Gateway's authorizer: verify the token, hand on who it is.

A REQUEST authorizer answers with a policy for the whole stage: its answer may be cached, and
what the caller may do is decided by Cedar in the function itself.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

from functools import cache
from typing import Any

from novacron.errors import AuthenticationFailed, NotFound
from novacron.runtime.jobs import begin
from novacron.runtime.logging import logger
from novacron.runtime.permissions import READ
from novacron.settings import settings
from novacron.store.agents import AgentStore
from novacron.store.table import Table
from novacron.tenancy.agents import claimed, is_agents, verify
from novacron.tenancy.principal import Principal
from novacron.tenancy.tokens import Verifier


@cache
def verifier() -> Verifier:
    now = settings()
    return Verifier(now.issuer, now.audience, now.jwks_url)


@cache
def agents() -> AgentStore:
    return AgentStore(Table(settings().table))


REQUIRES = READ


def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    begin()
    try:
        who, request = _identify(_bearer(event))
    except AuthenticationFailed as error:
        logger().warning(error.detail)
        raise Exception("Unauthorized") from None  # noqa: TRY002 - API Gateway's word for 401
    return {
        "principalId": f"{who.tenant}/{who.subject}",
        "policyDocument": _allow(event["methodArn"]),
        "context": {
            "tenant": who.tenant,
            "subject": who.subject,
            "roles": " ".join(sorted(who.roles)),
            **request,
        },
    }


def _identify(token: str) -> tuple[Principal, dict[str, str]]:
    """Who it is; of an agent's request also its number, which the function takes only once."""
    if not is_agents(token):
        return verifier().principal(token), {}
    try:
        key = agents().agent(*claimed(token)).public_key
    except NotFound as error:
        raise AuthenticationFailed(error.detail) from error
    if key is None:
        raise AuthenticationFailed("The agent is not enrolled.")
    signed = verify(token, key)
    return signed.principal, {"number": signed.number, "forget": str(signed.forget)}


def _bearer(event: dict[str, Any]) -> str:
    headers = event.get("headers") or {}
    found = [value for name, value in headers.items() if name.lower() == "authorization"]
    scheme, _, token = (found[0] if found else "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AuthenticationFailed("There is no bearer token.")
    return str(token.strip())


def _allow(method_arn: str) -> dict[str, Any]:
    api, stage, *_ = method_arn.split("/")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": f"{api}/{stage}/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
