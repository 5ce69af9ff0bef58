"""What leaves us is compressed and encrypted with the tenant's own key."""

from __future__ import annotations

import os

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from novacron.errors import Corrupted

KEY_BYTES = 32
_NONCE = 12
_LEVEL = 1
"""The fastest: a copy is bound by the network, and disks compress well even so."""
_MOST = 256 * 1024 * 1024
"""More than any object of ours unpacks to: a frame cannot ask for more memory."""


class TenantKey:
    """AES-256-GCM with a random nonce in front (NIST SP 800-38D, 8.2.2: 2^32 seals a key)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, data: bytes, name: bytes) -> bytes:
        """``name`` is what it is; opened under another name, it is refused."""
        nonce = os.urandom(_NONCE)
        packed = zstandard.ZstdCompressor(level=_LEVEL).compress(data)
        return nonce + self._cipher.encrypt(nonce, packed, name)

    def open(self, sealed: bytes | memoryview, name: bytes) -> bytes:
        """Raises Corrupted."""
        try:
            packed = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name)
            if zstandard.frame_content_size(packed) > _MOST:
                raise Corrupted("It unpacks to more than anything of ours.")
            return zstandard.ZstdDecompressor().decompress(packed)
        except (InvalidTag, ValueError, zstandard.ZstdError) as error:
            raise Corrupted(f"{name.hex()[:16]} was changed or is another tenant's.") from error
