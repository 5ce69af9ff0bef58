"""Who this agent is, in a file that its owner alone can read."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from novacron.models.base import Model

FILE = "identity.json"


class Identity(Model):
    """``private_key``: 32 bytes as unpadded base64url; it never leaves this file's host.

    ``settings`` are those of the ``provider`` that the agent serves, "libvirt" or "devices".
    """

    url: str
    tenant: str
    agent_id: str
    private_key: str
    settings: dict[str, str]
    provider: str = "libvirt"

    @property
    def key(self) -> Ed25519PrivateKey:
        padded = self.private_key + "=" * (-len(self.private_key) % 4)
        return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(padded))


def new_key() -> tuple[str, str]:
    """(private, public), each as unpadded base64url."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _text(key.private_bytes_raw()), _text(public)


def save(folder: Path, identity: Identity) -> Path:
    """Write it whole or not at all, with mode 0600."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft, target = folder / f"{FILE}.new", folder / FILE
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(identity.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    return target


def load(folder: Path) -> Identity:
    """Raises FileNotFoundError, ValueError."""
    return Identity.model_validate_json((folder / FILE).read_text())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
