"""Pages over ARM's nextLink, of any size, and safe against what changes between.

ARM alone sets how many items it gives, so one of its pages may be more than one of ours: the
cursor then keeps the link of that page and the last name shown.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from novacron.errors import InvalidSpec
from novacron.models.base import Model, Page, PageRequest
from novacron.providers.azure.ownership import Json

M = TypeVar("M", bound=Model)
Fetch = Callable[[str | None], tuple[list[Json], str | None]]
"""(ARM's link of a page, None: the first) -> (items, link of the next page)."""


class Cursor(NamedTuple):
    link: str | None = None
    after: str = ""

    def encode(self) -> str:
        return urlsafe_b64encode(json.dumps(self).encode()).decode()


def decode(text: str, place: str) -> Cursor:
    """InvalidSpec for a cursor that is not ours, or whose link leaves ``place``: our token must
    not go where a caller says."""
    try:
        link, after = json.loads(urlsafe_b64decode(text))
    except (ValueError, TypeError) as error:
        raise InvalidSpec("This is not a cursor of ours.", field="cursor") from error
    if not isinstance(after, str) or not isinstance(link, str | None):
        raise InvalidSpec("This is not a cursor of ours.", field="cursor")
    if link is not None and link.partition("?")[0].lower() != place.lower():
        raise InvalidSpec("This cursor is another list's.", field="cursor")
    return Cursor(link, after)


def page_of(
    place: str,
    page: PageRequest,
    fetch: Fetch,
    keep: Callable[[Json], bool],
    show: Callable[[list[Json]], list[M]],
) -> Page[M]:
    """The page at the cursor, by one ``fetch``. ``show`` is given no more than the page holds."""
    at = decode(page.cursor, place) if page.cursor else Cursor()
    items, link = fetch(at.link)
    rest = sorted((i for i in items if _key(i) > at.after and keep(i)), key=_key)
    shown = rest[: page.limit]
    following: Cursor | None = None
    if len(rest) > len(shown):
        following = Cursor(at.link, _key(shown[-1]))
    elif link:
        following = Cursor(link)
    return Page(items=show(shown), next_cursor=following.encode() if following else None)


def _key(native: Json) -> str:
    return str(native["name"]).lower()
