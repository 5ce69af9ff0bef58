"""Which handler answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .wire import Answer

    Handler = Callable[[Any, Any], Answer]


@dataclass(frozen=True)
class Route:
    """``operation``: the name in Microsoft's specification, such as VirtualMachines_Get."""

    method: str
    path: str
    operation: str
    handler: Handler

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The names in the path; None when it is another route's. Paths ignore case."""
        if method != self.method:
            return None
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path.rstrip("/"), re.IGNORECASE)
        return found.groupdict() if found else None
