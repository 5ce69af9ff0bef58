"""The record of a tenant's sovereignty rules."""

from __future__ import annotations

from novacron.models.sovereignty import SovereigntyPolicy
from novacron.store.table import Table, document

_SK = "policy"


def read_policy(table: Table, tenant: str) -> SovereigntyPolicy:
    """Without rules where none were given."""
    return table.get(_pk(tenant), _SK, SovereigntyPolicy) or SovereigntyPolicy()


def write_policy(table: Table, tenant: str, policy: SovereigntyPolicy) -> None:
    table.put(document(_pk(tenant), _SK, policy))


def _pk(tenant: str) -> str:
    return f"T#{tenant}#SOVEREIGNTY"
