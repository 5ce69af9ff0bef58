"""How each account's costs were last collected, and how far estimates were off."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.models.collection import Collection, EstimateError
from novacron.store.table import Table, document


class Collections:
    def __init__(self, table: Table) -> None:
        self._table = table

    def last(self, tenant: str, account_id: str) -> Collection | None:
        return self._table.get(_pk(tenant, "COLLECTION"), account_id, Collection)

    def note(self, collection: Collection) -> None:
        pk = _pk(collection.tenant, "COLLECTION")
        self._table.put(document(pk, collection.account_id, collection))

    def save_errors(self, errors: list[EstimateError]) -> None:
        """Those of a service and month replace what was said of it before."""
        for one in errors:
            sk = f"{one.account_id}#{one.period.isoformat()}#{one.service}"
            self._table.put(document(_pk(one.tenant, "ESTIMATE_ERROR"), sk, one))

    def errors(self, tenant: str) -> Iterator[EstimateError]:
        return self._table.walk(_pk(tenant, "ESTIMATE_ERROR"), EstimateError)


def _pk(tenant: str, kind: str) -> str:
    return f"T#{tenant}#{kind}"
