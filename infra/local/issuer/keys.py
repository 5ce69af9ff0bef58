"""The issuer's signing key, kept in one file that only its owner can read."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

ALGORITHM = "ES256"


class SigningKey:
    """Made on first use at ``path`` and read again ever after, so that tokens outlive a restart."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            _make(path)
        loaded = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{path} holds no elliptic-curve key")
        self._key = loaded
        der = loaded.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.kid = sha256(der).hexdigest()[:16]

    def jwks(self) -> dict[str, Any]:
        """The public half, as RFC 7517 (https://www.rfc-editor.org/rfc/rfc7517) writes it."""
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": ALGORITHM}]}

    def token(self, issuer: str, audience: str, tenant: str, subject: str, roles: list[str]) -> str:
        """A token of twelve hours for ``subject`` of ``tenant``."""
        now = datetime.now(UTC)
        claims = {
            "iss": issuer,
            "aud": audience,
            "sub": subject,
            "tenant": tenant,
            "roles": roles,
            "iat": now,
            "exp": now + timedelta(hours=12),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self.kid})


def _make(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
