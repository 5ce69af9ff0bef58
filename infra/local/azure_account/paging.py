"""Lists in pages: https://learn.microsoft.com/en-us/rest/api/azure/#async-operations-throttling-and-paging"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from .wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from .account import LocalAccount
    from .store import Resource


def page(
    account: LocalAccount, call: Call, found: list[Resource], view: Callable[[Resource], Json]
) -> Answer:
    """One page in order of id; the token names the last id seen, so it outlives changes."""
    found = sorted(found, key=lambda resource: resource.id.lower())
    if token := call.query.get("$skiptoken"):
        try:
            last = urlsafe_b64decode(token).decode()
        except ValueError as e:
            raise ArmError(400, "InvalidSkipToken", "The $skipToken is not valid.") from e
        found = [resource for resource in found if resource.id.lower() > last]
    size = account.switches.page_size
    body: Json = {"value": [view(resource) for resource in found[:size]]}
    if len(found) > size:
        token = urlsafe_b64encode(found[size - 1].id.lower().encode()).decode()
        query = {n: v for n, v in call.query.items() if n != "$skiptoken"} | {"$skipToken": token}
        body["nextLink"] = f"{call.base}{quote(call.path)}?{urlencode(query)}"
    return Answer(200, body)
