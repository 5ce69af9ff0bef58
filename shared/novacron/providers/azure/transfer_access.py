"""Addresses by which a disk's or snapshot's bytes are reached: asked for, looked at, taken back.

They are kept in ``access`` of an export or import, under "<name>/<level>"; while Azure is at it,
the URL that tells how it goes is under "<name>/<level>/asked".
https://learn.microsoft.com/en-us/rest/api/compute/snapshots/grant-access
"""

from __future__ import annotations

from typing import Any

from novacron.errors import Conflict, NotReady, NovaCronError
from novacron.providers.azure.errors import translated
from novacron.providers.azure.operations import AzureOperations
from novacron.providers.azure.ownership import Json
from novacron.providers.azure.transfer_blobs import Blobs

READ, WRITE = "Read", "Write"
SECONDS = 24 * 3600
"""A new one is asked for when it has ended; Azure's most is 60 days."""
_UPLOADING = ("ReadyToUpload", "ActiveUpload")
_ACTIVE = ("ActiveSAS", "ActiveSASFrozen", "ActiveUpload")
"""https://learn.microsoft.com/en-us/rest/api/compute/disks/get#diskstate"""


def address(access: dict[str, str], name: str, level: str) -> str:
    """NotReady when there is none yet."""
    url = access.get(f"{name}/{level}")
    if url is None:
        raise NotReady(f"{name} cannot be reached yet; look again.")
    return url


def has_address(access: dict[str, str], name: str, level: str) -> bool:
    return f"{name}/{level}" in access


def is_open(native: Json) -> bool:
    return native["properties"].get("diskState") in _ACTIVE


def is_uploading(native: Json) -> bool:
    return native["properties"].get("diskState") in _UPLOADING


def present(native: Json | None) -> Json | None:
    """None, too, for what is being deleted."""
    gone = native is None or native["properties"].get("provisioningState") == "Deleting"
    return None if gone else native


class Granting(AzureOperations, Blobs):
    """``group``: the SDK's operations on disks or on snapshots."""

    def granted(self, group: Any, name: str, level: str, access: dict[str, str]) -> dict[str, str]:
        """What ``access`` says of it after a look. An address that ended is asked for anew."""
        key = f"{name}/{level}"
        if key in access and self.blob_answers(access[key]):
            return {key: access[key]}
        asked = access.get(f"{key}/asked") or self._ask(group, name, level)
        try:
            told = self.outcome(asked)
        except NotReady:
            return {f"{key}/asked": asked}
        except NovaCronError as error:
            if not error.retryable:
                raise
            return {}
        # The result itself, where Azure told a Location alone.
        output = (told.get("properties") or {}).get("output") or told
        return {key: output["accessSAS"]} if output.get("accessSAS") else {}

    def _ask(self, group: Any, name: str, level: str) -> str:
        """NotReady at Azure's limit of five snapshots of a disk with an address, too:
        https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots"""
        told = {"access": level, "durationInSeconds": SECONDS}
        try:
            return self._begun(group.begin_grant_access, name, told)
        except Conflict as error:
            raise NotReady(error.detail) from error

    @translated
    def _begun(self, start: Any, name: str, told: Json) -> str:
        return self.begin(start, name, told).operation or ""

    def revoke(self, group: Any, name: str, access: dict[str, str]) -> None:
        """Take its addresses back, those too that were only asked for."""
        native = present(self.find_native(group.get, name))
        asked = any(key.startswith(f"{name}/") and key.endswith("/asked") for key in access)
        if native is not None and (is_open(native) or asked):
            self.begin(group.begin_revoke_access, name)
