"""Decisions by Cedar policies (https://docs.cedarpolicy.com) that an operator can edit."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from novacron.errors import PermissionDenied
from novacron.tenancy.principal import Principal

POLICIES = Path(__file__).with_name("policies.cedar")


class Access(StrEnum):
    """The groups of actions that policies speak of."""

    READ = "read"
    CHANGE = "change"
    ADMINISTER = "administer"
    SERVE = "serve"
    """What a host agent does: fetch its commands, bring their results."""


def authorize(who: Principal, access: Access, action: str) -> None:
    """Raises PermissionDenied when the policies do not permit ``who`` the action."""
    if not permitted(who, access, action, who.tenant):
        raise PermissionDenied(
            f"Your roles ({', '.join(sorted(who.roles)) or 'none'}) do not permit {action}.",
            remedy="Ask an administrator of your tenant for a role that does.",
        )


def permitted(who: Principal, access: Access, action: str, owner: str) -> bool:
    """Whether ``who`` may do ``action`` on something that tenant ``owner`` owns."""
    import cedarpy

    request = {
        "principal": _uid("User", who.subject),
        "action": _uid("Action", action),
        "resource": _uid("Tenant", owner),
        "context": {},
    }
    answer = cedarpy.is_authorized(request, policies(), _entities(who, access, action, owner))
    return bool(answer.allowed)


@cache
def policies() -> str:
    """The text of the policies: NOVACRON_POLICIES names another file."""
    return Path(os.environ.get("NOVACRON_POLICIES") or POLICIES).read_text()


def _entities(who: Principal, access: Access, action: str, owner: str) -> list[dict[str, Any]]:
    roles = [{"type": "Role", "id": role.value} for role in sorted(who.roles)]
    return [
        {
            "uid": {"type": "User", "id": who.subject},
            "attrs": {"tenant": who.tenant},
            "parents": roles,
        },
        *({"uid": role, "attrs": {}, "parents": []} for role in roles),
        {
            "uid": {"type": "Action", "id": action},
            "attrs": {},
            "parents": [{"type": "Action", "id": access.value}],
        },
        {"uid": {"type": "Action", "id": access.value}, "attrs": {}, "parents": []},
        {"uid": {"type": "Tenant", "id": owner}, "attrs": {"tenant": owner}, "parents": []},
    ]


def _uid(kind: str, name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'{kind}::"{escaped}"'
