"""All resources of the project by path, as the JSON that the API answers with."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .errors import invalid, not_found

# What self links start with, whatever endpoint they were asked at.
BASE = "https://www.googleapis.com/compute/v1/"

Body = dict[str, Any]


@dataclass(frozen=True)
class Collection:
    """``scope`` is "zones", "regions" or "global"; ``kind`` as in "compute#instance"."""

    name: str
    kind: str
    scope: str
    labelled: bool = False

    def pattern_of(self, project: str, params: dict[str, Any]) -> str:
        """The path of this collection in the scope that a call names."""
        place = "global" if self.scope == "global" else f"{self.scope}/{params[self.scope[:-1]]}"
        return f"projects/{project}/{place}/{self.name}"


def link(path: str) -> str:
    return BASE + path


def path_of(reference: str) -> str:
    """A resource's path from its full or partial URL: "projects/..."; "" when it is neither."""
    start = reference.find("projects/")
    return reference[start:] if start >= 0 else ""


class Store:
    """``items`` change and are kept; ``fixed`` is what Google offers."""

    def __init__(self, root: str, fixed: dict[str, Body]) -> None:
        self._root = root
        self.items: dict[str, Body] = {}
        self.all = ChainMap(self.items, fixed)

    def get(self, path: str) -> Body:
        """By path with the name or the numeric id at its end. Raises notFound."""
        if path in self.all:
            return self.all[path]
        parent, _, last = path.rpartition("/")
        if last.isdigit():
            for body in self.under(parent):
                if body["id"] == last:
                    return body
        raise not_found(path)

    def under(self, parent: str) -> Iterator[Body]:
        """The resources right under a collection's path, in order of name."""
        for path in sorted(self.all):
            if path.rpartition("/")[0] == parent:
                yield self.all[path]

    def of(self, project: str, collection: Collection) -> Iterator[Body]:
        """The resources of a collection in all scopes."""
        for path, body in sorted(self.all.items()):
            parts = path.split("/")
            if parts[1] == project and parts[-2] == collection.name:
                yield body

    def refer(self, reference: str, collection: Collection, field: str) -> str:
        """The path that a full or partial URL in a request means; a bare name is none:
        https://cloud.google.com/compute/docs/naming-resources. Raises invalid or notFound.
        """
        path = path_of(reference)
        if not path and re.match("(zones|regions|global)/", reference):
            path = f"{self._root}/{reference}"
        if path.split("/")[-2:-1] != [collection.name]:
            raise invalid(field, reference, "The URL is malformed.")
        return path_of(self.get(path)["selfLink"])
