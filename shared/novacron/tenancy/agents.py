"""An agent's signature on each request: a JWT of its own key (RFC 8037), short-lived, used once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jwt

from novacron.errors import AuthenticationFailed
from novacron.models.base import Model
from novacron.tenancy.principal import Principal, Role
from novacron.tenancy.tokens import LEEWAY_S, TENANT

ALGORITHM = "EdDSA"
ISSUER = "novacron-agent"
AUDIENCE = "novacron-api"
"""One for all deployments: an agent has a key of its own in each."""
LIFE_S = 60
REQUIRED = ["exp", "iat", "iss", "aud", "sub", "jti"]


class Signed(Model):
    """A verified request: whose, its number, and when that may be forgotten (Unix seconds)."""

    principal: Principal
    number: str
    forget: int


def is_agents(token: str) -> bool:
    """Whether the token says that an agent signed it; nothing is verified yet."""
    try:
        return jwt.get_unverified_header(token).get("alg") == ALGORITHM
    except jwt.PyJWTError:
        return False


def claimed(token: str) -> tuple[str, str]:
    """(tenant, agent) whose key is to be tried. Raises AuthenticationFailed."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise AuthenticationFailed(f"The token is not accepted: {error}") from error
    tenant, subject = claims.get("tenant"), claims.get("sub")
    if not isinstance(tenant, str) or not TENANT.fullmatch(tenant) or not isinstance(subject, str):
        raise AuthenticationFailed("The token names no agent.")
    return tenant, subject


def verify(token: str, public_key: str) -> Signed:
    """Raises AuthenticationFailed with the reason."""
    key = jwt.PyJWK.from_dict({"kty": "OKP", "crv": "Ed25519", "x": public_key}, ALGORITHM)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=LEEWAY_S,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise AuthenticationFailed(f"The token is not accepted: {error}") from error
    if claims["exp"] - claims["iat"] > LIFE_S:
        raise AuthenticationFailed(f"An agent's token lives at most {LIFE_S} s.")
    tenant, agent_id = claims["tenant"], claims["sub"]
    who = Principal(tenant=tenant, subject=agent_id, roles=frozenset({Role.AGENT}))
    return Signed(principal=who, number=str(claims["jti"]), forget=int(claims["exp"]) + LEEWAY_S)


def sign(private_key: Any, tenant: str, agent_id: str, now: datetime, jti: str) -> str:
    """The agent's side of it."""
    issued = int(now.timestamp())
    claims = {
        "iss": ISSUER,
        "sub": agent_id,
        "tenant": tenant,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + LIFE_S,
        "jti": jti,
    }
    return jwt.encode(claims, private_key, ALGORITHM)
