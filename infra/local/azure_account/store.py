"""Resources by their id, which ignores case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4


def new_etag() -> str:
    return f'W/"{uuid4()}"'


@dataclass
class Resource:
    """``top``: public fields beside properties (sku, zones ...); ``private``: never shown.

    ``operation``: the asynchronous operation under way, if any.
    """

    id: str
    type: str
    location: str
    properties: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    etag: str = field(default_factory=new_etag)
    state: str = "Succeeded"
    operation: str | None = None

    @property
    def name(self) -> str:
        return self.id.rpartition("/")[2]

    @property
    def group(self) -> str:
        return self.id.split("/")[4]


class Store:
    def __init__(self) -> None:
        self._items: dict[str, Resource] = {}

    def get(self, resource_id: str) -> Resource | None:
        return self._items.get(resource_id.lower())

    def put(self, resource: Resource) -> None:
        self._items[resource.id.lower()] = resource

    def drop(self, resource_id: str) -> None:
        self._items.pop(resource_id.lower(), None)

    def of_type(self, kind: str) -> list[Resource]:
        return [item for item in self._items.values() if item.type == kind]

    def under(self, resource_id: str, kind: str | None = None) -> list[Resource]:
        """What lies below an id in the hierarchy of ids, in order of name."""
        prefix = resource_id.lower().rstrip("/") + "/"
        found = [(key, item) for key, item in self._items.items() if key.startswith(prefix)]
        return [
            item for _, item in sorted(found, key=lambda pair: pair[0]) if kind in (None, item.type)
        ]

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._items.values()))
