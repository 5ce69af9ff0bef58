"""AWS STS as an issuer: boto3's real client, its request answered here. No local STS signs tokens.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs

import boto3
import jwt
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

ISSUER = "https://11111111-1111-4111-8111-111111111111.tokens.sts.global.api.aws"
SUBJECT = "arn:aws:iam::123456789012:role/novacron-StepsPerform"
_ANSWER = """<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetWebIdentityTokenResult><WebIdentityToken>{}</WebIdentityToken></GetWebIdentityTokenResult>
</GetWebIdentityTokenResponse>"""
_DENIED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"""


class _Body:
    def __init__(self, text: str) -> None:
        self.text = text

    def stream(self, **_: Any) -> list[bytes]:
        return [self.text.encode()]


class Sts:
    """``audiences`` are those that tokens were asked for."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        key = generate_private_key(public_exponent=65537, key_size=2048)
        public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self.jwks: dict[str, Any] = {"keys": [{**public, "kid": "k1", "alg": "RS256"}]}
        self.audiences: list[str] = []
        self.denied = False
        self._key = key
        client = boto3.client("sts", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        answer: Any = self._answer  # the hook's type knows of no answer
        client.meta.events.register("before-send.sts.GetWebIdentityToken", answer)
        patch.setattr(boto3, "client", lambda *_, **__: client)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        if self.denied:
            return AWSResponse(request.url, 403, HTTPHeaders(), _Body(_DENIED))
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        form = {name: values[0] for name, values in parse_qs(body).items()}
        assert form["SigningAlgorithm"] == "RS256"
        audience, now = form["Audience.member.1"], int(time.time())
        self.audiences.append(audience)
        claims = {"iss": ISSUER, "sub": SUBJECT, "aud": audience, "iat": now}
        claims["exp"] = now + int(form["DurationSeconds"])
        token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "k1"})
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body(_ANSWER.format(token)))
