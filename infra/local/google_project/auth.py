"""Access tokens: who gets one, and who a request is from.

Service account keys: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
Workload identity federation: https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..common.clock import Clock
from .errors import GoogleError

TOKEN_SECONDS = 3600
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_TYPES = ("urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token")
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
# What clients put into an assertion wherever they send it.
_ENDPOINT = "https://oauth2.googleapis.com/token"
_SCOPES = {
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/compute",
    "https://www.googleapis.com/auth/monitoring.read",
    "https://www.googleapis.com/auth/ndev.clouddns.readwrite",
    "https://www.googleapis.com/auth/bigquery",
}


class OAuthRefusal(Exception):
    """https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass
class Pool:
    """A workload identity pool provider: whose tokens it takes, and their public keys.

    audiences: what the tokens must be made for; [] means the provider's own name.
    https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers#Oidc
    """

    issuer: str
    jwks: dict[str, Any]
    audiences: list[str] = field(default_factory=list)


class Auth:
    """``url`` is this server's own, known once it is bound. ``keep`` outlives a restart."""

    def __init__(self, project_id: str, clock: Clock) -> None:
        self.email = f"novacron@{project_id}.iam.gserviceaccount.com"
        self._project_id = project_id
        self._clock = clock
        self.url = ""
        self.pools: dict[str, Pool] = {}
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.keep: dict[str, Any] = {"key": _pem(key), "tokens": {}}

    def key_file(self) -> dict[str, str]:
        """The service account's key as the console would let it be downloaded."""
        return {
            "type": "service_account",
            "project_id": self._project_id,
            "private_key_id": "novacron-local-key",
            "private_key": self.keep["key"],
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "token_uri": f"{self.url}/token",
            "universe_domain": "googleapis.com",
        }

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        """A service account's signed assertion for an access token."""
        if form.get("grant_type") != JWT_BEARER:
            raise OAuthRefusal("unsupported_grant_type", "Invalid grant_type")
        meant_for = [_ENDPOINT, f"{self.url}/token"]
        claims = _verified(form.get("assertion", ""), self._public(), meant_for)
        if claims["iss"] != self.email:
            raise OAuthRefusal("invalid_grant", "Invalid grant: account not found")
        if claims["exp"] - claims["iat"] > TOKEN_SECONDS:
            raise OAuthRefusal("invalid_grant", "Invalid JWT: a token lives an hour at most.")
        if not _SCOPES & set(str(claims.get("scope", "")).split()):
            raise OAuthRefusal(
                "invalid_scope", "Invalid OAuth scope or ID token audience provided."
            )
        return self._issue(self.email)

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """Another issuer's token for an access token."""
        if form.get("grant_type") != TOKEN_EXCHANGE:
            raise OAuthRefusal("unsupported_grant_type", "Invalid grant_type")
        if form.get("subject_token_type") not in JWT_TYPES:
            raise OAuthRefusal("invalid_request", "Invalid value for subject_token_type")
        audience = form.get("audience", "")
        pool = self.pools.get(audience)
        if pool is None:
            raise OAuthRefusal("invalid_target", "The target service indicated is invalid.")
        token = form.get("subject_token", "")
        claims = _verified(token, _public_key(pool, token), None)
        _check_audience(claims, pool.audiences or [audience, f"https:{audience}"])
        if claims["iss"] != pool.issuer:
            raise OAuthRefusal("invalid_grant", "The issuer in ID Token does not match the pool's.")
        name = audience.removeprefix("//iam.googleapis.com/").partition("/providers/")[0]
        reply = self._issue(f"principal://iam.googleapis.com/{name}/subject/{claims['sub']}")
        return reply | {"issued_token_type": _ACCESS_TOKEN}

    def impersonate(self, email: str, authorization: str) -> dict[str, Any]:
        """A federated principal's token for one of the service account, whoever it is: there are
        no role bindings here.
        https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
        """
        self.user(authorization)
        if email != self.email:
            raise GoogleError(404, "notFound", "Not found; Gaia id not found for email " + email)
        expires = datetime.fromtimestamp(self._clock.now() + TOKEN_SECONDS, UTC)
        token = self._issue(email)["access_token"]
        return {"accessToken": token, "expireTime": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}

    def user(self, authorization: str) -> str:
        """Who the request is from. Raises 401, also for a token that is too old."""
        kind, _, token = authorization.partition(" ")
        if token.count(".") == 2 and self._self_signed(token):
            return self.email
        owner, expires = self.keep["tokens"].get(token, ("", 0))
        if kind != "Bearer" or expires <= self._clock.now():
            raise GoogleError(
                401,
                "authError" if authorization else "required",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, "
                "login cookie or other valid authentication credential.",
            )
        return str(owner)

    def _self_signed(self, token: str) -> bool:
        """Whether it is a JWT that the service account made for itself, which the SDK prefers to
        the token endpoint: https://google.aip.dev/auth/4111. For scopes, or for this service."""
        try:
            claims = _verified(token, self._public(), None)
        except OAuthRefusal:
            return False
        service = self.url.replace("http://", "https://")
        audience = str(claims.get("aud", "")).rstrip("/")
        scopes = set(str(claims.get("scope", "")).split())
        meant = audience == service if audience else bool(_SCOPES & scopes)
        return meant and claims["iss"] == claims.get("sub") == self.email

    def _public(self) -> Any:
        pem = self.keep["key"].encode()
        return serialization.load_pem_private_key(pem, password=None).public_key()

    def _issue(self, owner: str) -> dict[str, Any]:
        token = f"ya29.{secrets.token_urlsafe(48)}"
        now = self._clock.now()
        live = {t: entry for t, entry in self.keep["tokens"].items() if entry[1] > now}
        self.keep["tokens"] = live | {token: (owner, now + TOKEN_SECONDS)}
        return {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _public_key(pool: Pool, token: str) -> Any:
    try:
        return jwt.PyJWKSet.from_dict(pool.jwks)[jwt.get_unverified_header(token).get("kid", "")]
    except (jwt.PyJWTError, KeyError) as e:
        raise OAuthRefusal(
            "invalid_grant", "Error connecting to the given credential's issuer."
        ) from e


def _check_audience(claims: dict[str, Any], allowed: list[str]) -> None:
    told = claims.get("aud", [])
    if not set(allowed) & set([told] if isinstance(told, str) else told):
        raise OAuthRefusal(
            "invalid_grant",
            f"The audience in ID Token [{told}] does not match the expected audience.",
        )


def _verified(token: str, key: Any, audience: str | list[str] | None) -> dict[str, Any]:
    """The claims. Their times are the caller's, so real time counts, not the project's clock."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            leeway=60,
            options={"require": ["iss", "iat", "exp"], "verify_aud": audience is not None},
        )
    except jwt.InvalidSignatureError as e:
        raise OAuthRefusal("invalid_grant", "Invalid JWT Signature.") from e
    except jwt.PyJWTError as e:
        raise OAuthRefusal("invalid_grant", f"Invalid JWT: {e}") from e
    if claims["iat"] > time.time() + 60:
        raise OAuthRefusal("invalid_grant", "Invalid JWT: issued in the future.")
    return claims
