"""docs/providers.md: every contract operation by provider, read from the classes."""

from __future__ import annotations

from pathlib import Path

from novacron.providers.base import (
    CAPABILITIES,
    Accounting,
    Accounts,
    Images,
    Networks,
    Snapshots,
    Vms,
    Volumes,
)
from novacron.providers.registry import ADAPTERS
from novacron.providers.support import Support, support

TARGET = Path(__file__).parents[1] / "docs" / "providers.md"
GROUPS = (Accounts, Vms, Volumes, Snapshots, Networks, Images, Accounting)
HEADER = """# What works on which provider

Written by `make template` from the adapters' classes; the contract is
`shared/novacron/providers/base.py`, and `tests/contract` holds every adapter to it.

"""


def table() -> str:
    """The document."""
    found = {one.type: one for one in support()}
    lines = [
        _row("Operation", *(kind.value for kind in ADAPTERS)),
        _row(*["---"] * (1 + len(found))),
    ]
    operations = [name for group in GROUPS for name in sorted(group.__abstractmethods__)]
    lines += [
        _row(f"`{name}`", *(_operation(found[kind]) for kind in ADAPTERS)) for name in operations
    ]
    lines += [
        _row(f"*{able.__name__}*", *(_capability(found[kind], able.__name__) for kind in ADAPTERS))
        for able in CAPABILITIES
    ]
    return HEADER + "\n".join(lines) + "\n"


def _operation(one: Support) -> str:
    return "works" if one.installed else "not built yet"


def _capability(one: Support, name: str) -> str:
    if not one.installed:
        return "not built yet"
    return "works" if name in one.capabilities else f"refused: {one.refusals[name]}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    TARGET.write_text(table())


if __name__ == "__main__":
    main()
