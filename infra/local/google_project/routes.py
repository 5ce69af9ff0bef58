"""Which function answers which method of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .store import Body
from .wire import Call

if TYPE_CHECKING:
    from .project import LocalProject

Route = Callable[["LocalProject", Call], Body]
ROUTES: dict[str, Route] = {}


def route(*names: str) -> Callable[[Route], Route]:
    """``names`` as in the discovery document: "instances.insert"."""

    def add(function: Route) -> Route:
        ROUTES.update(dict.fromkeys(names, function))
        return function

    return add
