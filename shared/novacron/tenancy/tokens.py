"""Verify an OIDC access token: signature, issuer, audience, expiry, algorithm, our claims."""

from __future__ import annotations

import re
from typing import Any

import jwt

from novacron.errors import AuthenticationFailed, ProviderUnavailable
from novacron.tenancy.principal import Principal, Role

ALGORITHMS = ["ES256", "RS256"]
"""Asymmetric only. RFC 8725, section 3.1: the verifier says which, never the token."""

TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
"""A tenant is part of keys and tags: no separator of ours and nothing a cloud refuses."""

LEEWAY_S = 30


class Verifier:
    """Holds the issuer's keys between requests; unknown key ids make it look again."""

    def __init__(self, issuer: str, audience: str, jwks_url: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = jwt.PyJWKClient(jwks_url, cache_keys=True, lifespan=600, timeout=5)

    def principal(self, token: str) -> Principal:
        """Raises AuthenticationFailed with the reason, ProviderUnavailable without keys."""
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise ProviderUnavailable("The issuer's keys cannot be read.") from error
        except jwt.PyJWTError as error:
            raise AuthenticationFailed(f"The token is not accepted: {error}") from error
        return _principal(claims)


def _principal(claims: dict[str, Any]) -> Principal:
    tenant = claims.get("tenant")
    if not isinstance(tenant, str) or not TENANT.fullmatch(tenant):
        raise AuthenticationFailed("The token names no tenant.")
    given = claims.get("roles")
    known = {role.value for role in Role} - {Role.AGENT.value}
    roles = given if isinstance(given, list) else []
    return Principal(
        tenant=tenant,
        subject=str(claims["sub"]),
        roles=frozenset(Role(role) for role in roles if role in known),
    )
