"""Prices of one region at a time, on their way to a snapshot that has all of them.

``staged-prices/aws/<region>.json``: nobody is priced by these until the snapshot is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from novacron.catalog.live import Objects
from novacron.catalog.refresh.refresh import Priced
from novacron.models.base import Model

FOLDER = "staged-prices/aws"


class Staged(Model):
    region: str
    as_of: date
    prices: list[Priced]


def stage(store: Objects, region: str, prices: Iterable[Priced], today: date) -> Staged:
    """Whole or not at all: what raises while ``prices`` is read leaves what was there."""
    found = Staged(region=region, as_of=today, prices=list(prices))
    store.put(f"{FOLDER}/{region}.json", found.model_dump_json().encode())
    return found


def staged(store: Objects) -> Iterator[Staged]:
    for path in store.list(FOLDER):
        yield Staged.model_validate_json(store.get(path))
