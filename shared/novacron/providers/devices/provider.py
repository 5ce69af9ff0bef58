"""The provider of a worker's agent: transfers alone, everything else is refused."""

from __future__ import annotations

import abc
from pathlib import Path
from typing import Any, NoReturn, Self

from novacron.errors import InvalidSpec, Unsupported
from novacron.models.account import Health, ProviderType
from novacron.providers.base import CloudProvider
from novacron.providers.devices.transfer import DevicesExport, DevicesImport

FOLDER = "/dev/disk/by-id"
PREFIX = "google-"
"""How a guest of Google's names a disk's device after the name it is attached under:
https://cloud.google.com/compute/docs/disks/disk-symlinks"""
_SETTINGS = {"folder", "prefix"}


class DevicesProvider(DevicesExport, DevicesImport, CloudProvider):
    """Made by ``from_settings``; see ``refuse_the_rest`` for what is not written here."""

    type = ProviderType.AGENT

    @classmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """Settings: ``folder`` (/dev/disk/by-id), ``prefix`` (google-)."""
        if unknown := sorted((settings.keys() | secret.keys()) - _SETTINGS):
            raise InvalidSpec(f"Devices have no {unknown[0]!r}.", field=f"settings.{unknown[0]}")
        folder = Path(settings.get("folder", FOLDER))
        return cls(folder, settings.get("prefix", PREFIX))

    def health(self) -> Health:
        try:
            found = sum(one.name.startswith(self.prefix) for one in self.folder.iterdir())
        except OSError as error:
            return Health(healthy=False, detail=f"{self.folder}: {error.strerror}")
        return Health(healthy=True, detail=f"{found} devices in {self.folder}")

    def validate_credentials(self) -> Health:
        return self.health()


def refuse_the_rest(provider: Any) -> None:
    """Give a class a refusal for each method of the contract that it does not have."""

    def refused(*_: Any, **__: Any) -> NoReturn:
        raise Unsupported("A worker has disks to read and write, and no VMs.")

    for name in provider.__abstractmethods__:
        setattr(provider, name, refused)
    abc.update_abstractmethods(provider)


refuse_the_rest(DevicesProvider)
