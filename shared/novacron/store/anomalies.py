"""Records of anomalies, and of what is muted."""

from __future__ import annotations

from datetime import date

from novacron.errors import NotFound, NotReady
from novacron.models.anomaly import Anomaly, Mute, Scope
from novacron.models.base import Page, PageRequest
from novacron.store.table import Lost, Table, document


class AnomalyStore:
    """An id of another tenant is NotFound, like one that never was."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, tenant: str, anomaly_id: str) -> Anomaly:
        found = self.table.get(_pk(tenant), anomaly_id, Anomaly)
        if found is None:
            raise NotFound(f"There is no anomaly {anomaly_id!r}.")
        return found

    def page(self, tenant: str, page: PageRequest) -> Page[Anomaly]:
        """By day, the oldest first."""
        return self.table.page(_pk(tenant), Anomaly, page)

    def add(self, anomaly: Anomaly) -> bool:
        """False: it was found before, and stays as it is."""
        item = document(_pk(anomaly.tenant), anomaly.id, anomaly, version=anomaly.version)
        try:
            self.table.put(item, "attribute_not_exists(pk)")
        except Lost:
            return False
        return True

    def save(self, anomaly: Anomaly) -> Anomaly:
        """Write over the version that was read. Raises NotReady when it has changed since."""
        following = anomaly.model_copy(update={"version": anomaly.version + 1})
        item = document(_pk(anomaly.tenant), anomaly.id, following, version=following.version)
        try:
            self.table.put(item, "version = :seen", {":seen": anomaly.version})
        except Lost as error:
            raise NotReady(f"Anomaly {anomaly.id} changed meanwhile.") from error
        return following

    def mute(self, anomaly: Anomaly, until: date) -> None:
        """Whatever is like it, up to and without ``until``."""
        self.table.put(document(*_mute_key(anomaly), Mute(until=until)))

    def unmute(self, anomaly: Anomaly) -> None:
        self.table.delete(*_mute_key(anomaly))

    def muted(self, tenant: str, scope: Scope, value: str, rising: bool, day: date) -> bool:
        found = self.table.get(_mutes(tenant), _like(scope, value, rising), Mute)
        return found is not None and day < found.until


def _pk(tenant: str) -> str:
    return f"T#{tenant}#ANOMALY"


def _mutes(tenant: str) -> str:
    return f"T#{tenant}#ANOMALY-MUTE"


def _like(scope: Scope, value: str, rising: bool) -> str:
    return f"{scope.value}#{'up' if rising else 'down'}#{value}"


def _mute_key(anomaly: Anomaly) -> tuple[str, str]:
    return _mutes(anomaly.tenant), _like(anomaly.scope, anomaly.value, anomaly.rising)
