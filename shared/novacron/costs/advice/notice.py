"""Tell an owner before anything is advised to anyone else."""

from __future__ import annotations

from typing import Protocol

from novacron.audit.log import AuditLog
from novacron.models.recommendation import Recommendation

OWNER_TAG = "owner"


class Notifier(Protocol):
    """How an owner is reached."""

    def notice(self, owner: str, found: Recommendation) -> None:
        """Told once for each finding; a repeat may be told twice and does no harm."""


class AuditNotifier:
    """The notice as an entry of the tenant's audit log, which every viewer reads."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    def notice(self, owner: str, found: Recommendation) -> None:
        action = f"recommendation.notice.{found.kind.value}"
        self._log.append(found.tenant, f"advice to {owner}", action, found.resource_id, "noticed")
