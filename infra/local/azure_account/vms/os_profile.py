"""User, keys and host name: needed for a generalized image, refused otherwise.

https://learn.microsoft.com/en-us/azure/virtual-machines/linux/faq
"""

from __future__ import annotations

import re
from typing import Any

from ..store import Resource
from ..wire import ArmError, Json

# https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update#osprofile
_FORBIDDEN_USERS = {
    *("administrator", "admin", "user", "user1", "test", "user2", "test1", "user3", "admin1", "1"),
    *("123", "a", "actuser", "adm", "admin2", "aspnet", "backup", "console", "david", "guest"),
    *("john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys", "test2"),
    *("test3", "user4", "user5"),
}


def prepare(machine: Resource, asked: Json | None, *, generalized: bool) -> None:
    if not generalized:
        if asked:
            message = "Parameter 'osProfile' is not allowed."
            raise ArmError(409, "PropertyChangeNotAllowed", message, "osProfile")
        return
    if not asked:
        raise _invalid("Required parameter 'osProfile' is missing (null).", "osProfile")
    name = asked.get("computerName") or machine.name
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?", name):
        raise _invalid(
            "Linux host name cannot exceed 64 characters or hold other signs.",
            "osProfile.computerName",
        )
    user = asked.get("adminUsername")
    if not user:
        raise _invalid("Required parameter 'adminUsername' is missing (null).", "adminUsername")
    if user.lower() in _FORBIDDEN_USERS or len(user) > 64:
        raise _invalid(f"The Admin Username specified is not allowed: '{user}'.", "adminUsername")
    linux = dict(asked.get("linuxConfiguration") or {})
    _check_access(asked, linux)
    linux.setdefault("disablePasswordAuthentication", False)
    linux.setdefault("provisionVMAgent", True)
    linux.setdefault(
        "patchSettings", {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"}
    )
    machine.properties["osProfile"] = {
        "computerName": name,
        "adminUsername": user,
        "linuxConfiguration": linux,
        "secrets": asked.get("secrets") or [],
        "allowExtensionOperations": asked.get("allowExtensionOperations", True),
        "requireGuestProvisionSignal": True,
    }
    if asked.get("windowsConfiguration"):
        del machine.properties["osProfile"]["linuxConfiguration"]
        machine.properties["osProfile"]["windowsConfiguration"] = asked["windowsConfiguration"]
    machine.private["custom_data"] = asked.get("customData")
    machine.private["password"] = asked.get("adminPassword")


def _check_access(asked: Json, linux: Json) -> None:
    keys: list[Any] = (linux.get("ssh") or {}).get("publicKeys") or []
    if not keys and not asked.get("adminPassword"):
        message = (
            "Authentication using either SSH or by user name and password must be enabled in "
            "Linux profile."
        )
        raise _invalid(message, "linuxConfiguration")
    if linux.get("disablePasswordAuthentication") and not keys:
        message = "At least one SSH key is needed when password authentication is disabled."
        raise _invalid(message, "linuxConfiguration.ssh.publicKeys")
    for key in keys:
        if key.get("path") != f"/home/{asked['adminUsername']}/.ssh/authorized_keys":
            message = (
                "Destination path for SSH public keys is currently limited to its default "
                f"value /home/{asked['adminUsername']}/.ssh/authorized_keys due to a known "
                "issue in Linux provisioning agent."
            )
            raise _invalid(message, "linuxConfiguration.ssh.publicKeys.path")


def _invalid(message: str, target: str) -> ArmError:
    return ArmError(400, "InvalidParameter", message, target)
