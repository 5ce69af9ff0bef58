"""Tell an owner before anything is advised to anyone else."""

from __future__ import annotations

from typing import Protocol

from novacron.audit.log import AuditLog
from novacron.costs.telling import of_advice, write_down
from novacron.models.recommendation import Recommendation
from novacron.operations.services import Services

OWNER_TAG = "owner"


class Notifier(Protocol):
    """How an owner is reached."""

    def notice(self, owner: str, found: Recommendation) -> None:
        """Told once for each finding; a repeat may be told twice and does no harm. ``found`` has
        the version that it is about to be kept in."""


class TenantNotifier:
    """The notice as an entry of the tenant's audit log, which every viewer reads, and to the
    channels that the tenant has named."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._log = AuditLog(services.store.table, services.now)

    def notice(self, owner: str, found: Recommendation) -> None:
        action = f"recommendation.notice.{found.kind.value}"
        write_down(self._services, of_advice(owner, found))
        self._log.append(found.tenant, f"advice to {owner}", action, found.resource_id, "noticed")
