"""Lists that are read beside the list of VMs, so that a page costs a call or two of each and not
some calls for each of its VMs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from novacron.providers.azure.ownership import Json

SHARE = 4
"""At most one page is read for so many that are wanted: looking at each by itself is then never
much dearer in all, whatever order ARM lists in (it promises none)."""


class Along:
    """One list, read no further than what is asked of it needs. What was read and not asked for
    yet is kept, and forgotten once it was."""

    def __init__(self, pages: Iterator[list[Json]]) -> None:
        self._pages = pages
        self._read: dict[str, Json] = {}

    def take(self, ids: Iterable[str]) -> dict[str, Json]:
        """ARM id in lower case -> resource, of those that a few pages more showed."""
        wanted = {one.lower() for one in ids}
        for _ in range(len(wanted) // SHARE):
            if wanted <= self._read.keys() or (page := next(self._pages, None)) is None:
                break
            self._read |= {str(one["id"]).lower(): one for one in page}
        return {one: self._read.pop(one) for one in wanted & self._read.keys()}


def pages_of(listed: Callable[..., Any], *told: Any, **more: Any) -> Iterator[list[Json]]:
    """The SDK's list in ARM's own pages and words; none where it is not ours to read: a role on
    our resource group says nothing of the subscription."""
    from azure.core.exceptions import HttpResponseError

    answers: list[Any] = []
    pages = listed(*told, raw_response_hook=answers.append, **more).by_page()
    try:
        for _ in pages:
            yield answers.pop().http_response.json()["value"]
    except HttpResponseError as error:
        if error.status_code != 403:
            raise
