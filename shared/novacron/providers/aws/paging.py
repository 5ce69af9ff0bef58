"""Pages over regions and EC2's NextToken, of any size, and safe against what changes between.

EC2 gives at least 5 items a page and several instances in one reservation, so one of its pages
may be more than one of ours: the cursor then keeps EC2's token and the last id shown.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from novacron.errors import InvalidSpec
from novacron.models.base import Model, Page, PageRequest

M = TypeVar("M", bound=Model)
LEAST = 5
Fetch = Callable[[str, int, str | None], tuple[list[M], str | None]]
"""(region, size, EC2's token) -> (items, next token)."""


class Cursor(NamedTuple):
    region: str
    token: str | None = None
    after: str | None = None

    def encode(self) -> str:
        return urlsafe_b64encode(json.dumps(self).encode()).decode()


def decode(text: str, regions: tuple[str, ...]) -> Cursor:
    """Raises InvalidSpec for a cursor that is not ours."""
    try:
        region, token, after = json.loads(urlsafe_b64decode(text))
    except (ValueError, TypeError) as error:
        raise InvalidSpec("This is not a cursor of ours.", field="cursor") from error
    if region not in regions or not all(isinstance(x, str | None) for x in (token, after)):
        raise InvalidSpec("This cursor is another account's.", field="cursor")
    return Cursor(region, token, after)


def page_of(
    regions: tuple[str, ...], page: PageRequest, fetch: Fetch[M], key: Callable[[M], str]
) -> Page[M]:
    """The page at the cursor, by one ``fetch``."""
    at = decode(page.cursor, regions) if page.cursor else Cursor(regions[0])
    items, token = fetch(at.region, max(page.limit, LEAST), at.token)
    rest = sorted((i for i in items if at.after is None or key(i) > at.after), key=key)
    shown = rest[: page.limit]
    following: Cursor | None = None
    if len(rest) > len(shown):
        following = at._replace(after=key(shown[-1]))
    elif token:
        following = Cursor(at.region, token)
    elif at.region != regions[-1]:
        following = Cursor(regions[regions.index(at.region) + 1])
    return Page(items=shown, next_cursor=following.encode() if following else None)
