"""Keys of the in-memory cloud, two at most, as IAM has it."""

from __future__ import annotations

from novacron.errors import Conflict, NotFound
from novacron.providers.base import CredentialRotation
from novacron.providers.memory.cloud import MemoryBase, call

MOST = 2


class MemoryRotation(MemoryBase, CredentialRotation):
    def credential_name(self, secret: dict[str, str]) -> str | None:
        return secret.get("key")

    @call
    def list_credentials(self) -> list[str]:
        return list(self.cloud.keys)

    @call
    def rotate_credential(self, secret: dict[str, str]) -> dict[str, str]:
        if len(self.cloud.keys) >= MOST:
            raise Conflict(f"The in-memory cloud has {MOST} keys already.")
        made = self.cloud.new_id("key")
        self.cloud.keys.append(made)
        return {**secret, "key": made}

    @call
    def retire_credential(self, name: str) -> None:
        if name not in self.cloud.keys:
            raise NotFound(f"There is no key {name!r}.")
        self.cloud.keys.remove(name)
