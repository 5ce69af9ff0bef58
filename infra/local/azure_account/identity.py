"""The tenant's token endpoint, and the check of the tokens that it issued.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen
from uuid import uuid4

import jwt

from .wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from .account import LocalAccount

_PATH = re.compile(r"/([^/]+)/(?:oauth2/v2\.0/(token)|v2\.0/\.well-known/openid-(configuration))")
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class _Refused(Exception):
    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(message)
        self.answer = (status, error, number, message)


def answer(account: LocalAccount, call: Call) -> Answer | None:
    """The answer of the authority; None when the path is not one of its own."""
    match = _PATH.fullmatch(call.path)
    if not match:
        return None
    tenant, token, _ = match.groups()
    try:
        _check_tenant(account, tenant)
        return Answer(200, _issue(account, call) if token else _configuration(call, tenant))
    except _Refused as e:
        return _refusal(account, *e.answer)


def _check_tenant(account: LocalAccount, tenant: str) -> None:
    if tenant.lower() != account.tenant_id.lower():
        raise _Refused(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")


def _configuration(call: Call, tenant: str) -> Json:
    base = f"{call.base}/{tenant}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _issue(account: LocalAccount, call: Call) -> Json:
    form = call.form()
    if form.get("grant_type") != "client_credentials":
        raise _Refused(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
    if not form.get("scope", "").endswith("/.default"):
        raise _Refused(400, "invalid_scope", 1002012, "The scope is not valid: use /.default.")
    client = form.get("client_id", "")
    if form.get("client_assertion_type") == _ASSERTION:
        _check_assertion(account, client, form.get("client_assertion", ""))
    else:
        _check_secret(account, client, form.get("client_secret", ""))
    lifetime = account.switches.token_seconds
    now = int(account.clock.now())
    audience = form["scope"].split()[0].removesuffix("/.default")
    claims = {"iss": f"{call.base}/{account.tenant_id}/v2.0", "tid": account.tenant_id}
    claims |= {"appid": client, "aud": audience, "ver": "1.0"}
    times = {"iat": now, "nbf": now, "exp": now + lifetime}
    token = jwt.encode(claims | times, account.token_key, algorithm="HS256")
    return {"token_type": "Bearer", "expires_in": lifetime, "access_token": token}


def _check_secret(account: LocalAccount, client: str, secret: str) -> None:
    if client != account.options.client_id:
        message = f"Application with identifier '{client}' was not found in the directory."
        raise _Refused(400, "unauthorized_client", 700016, message)
    if not hmac.compare_digest(secret.encode(), account.options.client_secret.encode()):
        message = f"Invalid client secret provided for app '{client}'."
        raise _Refused(401, "invalid_client", 7000215, message)


def _check_assertion(account: LocalAccount, client: str, assertion: str) -> None:
    """https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation-considerations"""
    try:
        told: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
        key_id = jwt.get_unverified_header(assertion).get("kid")
    except jwt.InvalidTokenError as e:
        raise _Refused(401, "invalid_client", 50027, "JWT token is invalid.") from e
    place = (client, told.get("iss"), told.get("sub"))
    found = [f for f in account.options.federated if (f.client_id, f.issuer, f.subject) == place]
    if not found:
        message = "No matching federated identity record found for presented assertion."
        raise _Refused(401, "invalid_client", 700213, message)
    jwks = found[0].jwks or _published(found[0].issuer)
    try:
        key = next(k for k in jwt.PyJWKSet.from_dict(jwks).keys if k.key_id == key_id)
        jwt.decode(assertion, key, algorithms=["RS256", "ES256"], audience=found[0].audience)
    except jwt.ExpiredSignatureError as e:
        message = "Client assertion is not within its valid time range."
        raise _Refused(401, "invalid_client", 700024, message) from e
    except jwt.InvalidAudienceError as e:
        message = "No matching federated identity record found for presented audience."
        raise _Refused(401, "invalid_client", 700212, message) from e
    except (jwt.InvalidTokenError, StopIteration) as e:
        message = "Client assertion failed signature validation."
        raise _Refused(401, "invalid_client", 700027, message) from e


def _published(issuer: str) -> dict[str, Any]:
    """The issuer's key set, by its discovery document."""
    with urlopen(f"{issuer}/.well-known/openid-configuration", timeout=5) as discovery:
        uri = json.load(discovery)["jwks_uri"]
    with urlopen(uri, timeout=5) as keys:
        found: dict[str, Any] = json.load(keys)
    return found


def _refusal(account: LocalAccount, status: int, error: str, number: int, text: str) -> Answer:
    trace = str(uuid4())
    now = account.timestamp()
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {text} Trace ID: {trace} Timestamp: {now}",
        "error_codes": [number],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": str(uuid4()),
    }
    return Answer(status, body)


def check_token(account: LocalAccount, call: Call) -> None:
    """Raises ArmError 401 unless the call has a good bearer token of this tenant.

    https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/common-deployment-errors
    """
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        message = "Authentication failed. The 'Authorization' header is missing."
        raise _unauthorized(account, call, "AuthenticationFailed", message)
    try:
        claims = jwt.decode(
            token,
            account.token_key,
            algorithms=["HS256"],
            options={
                "verify_aud": False,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidTokenError as e:
        message = "The access token is invalid."
        raise _unauthorized(account, call, "InvalidAuthenticationToken", message) from e
    if claims["tid"] != account.tenant_id:
        message = "The access token is from the wrong issuer."
        raise _unauthorized(account, call, "InvalidAuthenticationTokenTenant", message)
    if claims["exp"] <= account.clock.now():
        message = "The access token expiry UTC time is earlier than current UTC time."
        raise _unauthorized(account, call, "ExpiredAuthenticationToken", message)


def _unauthorized(account: LocalAccount, call: Call, code: str, message: str) -> ArmError:
    error = ArmError(401, code, message)
    authority = f"{call.base}/{account.tenant_id}"
    error.headers["WWW-Authenticate"] = (
        f'Bearer authorization_uri="{authority}", error="invalid_token", '
        f'error_description="{message}"'
    )
    return error
