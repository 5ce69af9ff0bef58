"""Pages with opaque tokens: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html

A token stands for the ids that are still to come, so that what is deleted between two pages
shifts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from secrets import token_urlsafe
from typing import Any

from .base import LocalBase, refuse

MOST = 1000


class Paging(LocalBase):
    def page(
        self,
        items: list[Any],
        ids_given: bool,
        *,
        least: int = 5,
        weigh: Callable[[Any], int] = lambda _: 1,
        usual: int | None = None,
    ) -> tuple[list[Any], Any]:
        """(this page, token of the next or None). ``items`` have an ``id`` and count as ``weigh``
        says; one that is heavier than a page is not split. ``usual``: the size of a page where
        none is asked for; None: no limit."""
        size, token = self._get_int_param("MaxResults", usual), self._get_param("NextToken")
        if ids_given and size is not None:
            raise refuse(
                "InvalidParameterCombination",
                "The parameter resource ids cannot be used with the parameter maxResults",
            )
        if size is not None and not least <= size <= MOST:
            raise refuse(
                "InvalidParameterValue",
                f"Value ( {size} ) for parameter maxResults is invalid. "
                f"Expecting a value from {least} to {MOST}.",
            )
        if token:
            items = self._rest(items, token)
        if size is None:
            return items, None
        weights = enumerate(accumulate(map(weigh, items)), 1)
        end = next((end for end, weight in weights if weight >= size), len(items))
        if end == len(items):
            return items, None
        return items[:end], self._token([item.id for item in items[end:]])

    def _rest(self, items: list[Any], token: str) -> list[Any]:
        if token not in self.account.pages:
            raise refuse("InvalidPaginationToken", "The specified pagination token is not valid")
        still = set(self.account.pages[token])
        return [item for item in items if item.id in still]

    def _token(self, ids: list[str]) -> str:
        token = token_urlsafe(24)
        self.account.pages[token] = ids
        return token
