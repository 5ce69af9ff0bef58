"""Opaque tokens: signed, with an end of life, in the alphabet that the EBS model allows."""

from __future__ import annotations

import hmac
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..common.clock import Clock

# https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListSnapshotBlocks.html (ExpiryTime)
# and https://docs.aws.amazon.com/ebs/latest/userguide/readsnapshots.html
BLOCK_TOKEN_SECONDS = 7 * 24 * 3600
PAGE_TOKEN_SECONDS = 60 * 60
_MAC_BYTES = 16


class BadToken(Exception):
    """Forged, of another kind, or too old."""


class Signer:
    """Tokens stay good over a restart: the key is kept in the state directory."""

    def __init__(self, key_file: Path, clock: Clock) -> None:
        if not key_file.exists():
            key_file.write_bytes(os.urandom(32))
        self._key = key_file.read_bytes()
        self._clock = clock

    def issue(self, kind: str, claim: list[Any], seconds: int) -> str:
        """A token of at most 256 characters for a short claim."""
        body = json.dumps([kind, int(self._clock.now()) + seconds, *claim]).encode()
        return b64encode(self._mac(body) + body).decode()

    def read(self, kind: str, token: str) -> list[Any]:
        """The claim. Raises BadToken."""
        try:
            raw = b64decode(token, validate=True)
        except (Base64Error, ValueError) as e:
            raise BadToken("malformed") from e
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise BadToken("not one of ours")
        found, expires, *claim = json.loads(body)
        if found != kind:
            raise BadToken("a token of another kind")
        if expires <= self._clock.now():
            raise BadToken("expired")
        return list(claim)

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, sha256)[:_MAC_BYTES]
