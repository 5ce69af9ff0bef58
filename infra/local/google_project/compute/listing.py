"""Lists: filter, order, pages.

https://cloud.google.com/compute/docs/reference/rest/v1/instances/list and, for several scopes,
https://cloud.google.com/compute/docs/reference/rest/v1/instances/aggregatedList
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from ..catalog import REGIONS, ZONES
from ..errors import GoogleError, invalid
from ..filters import parse
from ..project import LocalProject
from ..store import Body, Collection, link, path_of
from ..wire import Call

_MOST = 500


def listed(project: LocalProject, call: Call, kind: str, items: Iterable[Body]) -> Body:
    """The answer of a list in one scope."""
    found, token = _page(project, call, items)
    path = call.path.removeprefix("/compute/v1/")
    body: Body = {"kind": f"{kind}List", "id": path, "selfLink": link(path)}
    if found:
        body["items"] = found
    return body | ({"nextPageToken": token} if token else {})


def aggregated(project: LocalProject, call: Call, what: Collection, items: Iterable[Body]) -> Body:
    """By scope; a scope with nothing on this page says so."""
    found, token = _page(project, call, items)
    path = call.path.removeprefix("/compute/v1/")
    names = ZONES if what.scope == "zones" else REGIONS
    down = [f"{what.scope}/{name}" for name in project.switches.unreachable if name in names]
    if down and not call.params.get("returnPartialSuccess"):
        raise GoogleError(503, "backendError", f"Unable to reach {', '.join(down)}")
    scopes: dict[str, Body] = {f"{what.scope}/{name}": {} for name in names}
    for item in found:
        scope = "/".join(path_of(item["selfLink"]).split("/")[2:-2])  # "global" is one too
        if scope not in down:
            scopes.setdefault(scope, {}).setdefault(what.name, []).append(item)
    for scope, content in scopes.items():
        if not content:
            content["warning"] = _warning(scope, down)
    body: Body = {
        "kind": f"{what.kind}AggregatedList",
        "id": path,
        "selfLink": link(path),
        "items": scopes,
    }
    if down:
        body["unreachables"] = [link(f"{project.root}/{scope}") for scope in down]
    return body | ({"nextPageToken": token} if token else {})


def _warning(scope: str, down: list[str]) -> Body:
    if scope in down:
        code, message = "UNREACHABLE", f"Scope '{scope}' could not be reached."
    else:
        code, message = (
            "NO_RESULTS_ON_PAGE",
            f"There are no results for scope '{scope}' on this page.",
        )
    return {"code": code, "message": message, "data": [{"key": "scope", "value": scope}]}


def _page(
    project: LocalProject, call: Call, items: Iterable[Body]
) -> tuple[list[Body], str | None]:
    """A token holds the last item's place in the order, so that what is deleted between two
    pages shifts nothing."""
    expression, order = call.params.get("filter"), call.params.get("orderBy", "name")
    if expression:
        items = filter(parse(expression), items)
    keyed = sorted(((_place(body, order), body) for body in items), key=lambda pair: pair[0])
    query = sha256(f"{call.path} {expression} {order}".encode()).hexdigest()[:16]
    if token := call.params.get("pageToken"):
        last = _read(token, query)
        keyed = [pair for pair in keyed if pair[0] > last]
    wanted = call.params.get("maxResults", _MOST)
    if wanted > _MOST:
        raise invalid("maxResults", wanted, f"Values must be between 0 and {_MOST}.")
    size = min(wanted or _MOST, project.switches.page_size)
    page = keyed[:size]
    if len(keyed) <= size:
        return [body for _, body in page], None
    raw = json.dumps([query, page[-1][0]]).encode()
    return [body for _, body in page], urlsafe_b64encode(raw).decode()


def _place(body: Body, order: str) -> list[Any]:
    """ "orderBy": by name, or newest first. Any other order is refused."""
    if order == "name":
        return [body["selfLink"]]
    if order == "creationTimestamp desc":
        made = body.get("creationTimestamp") or body["insertTime"]
        return [-datetime.fromisoformat(made).timestamp(), body["selfLink"]]
    raise invalid("orderBy", order, "Only 'name' and 'creationTimestamp desc' are supported.")


def _read(token: str, query: str) -> list[Any]:
    try:
        found, last = json.loads(urlsafe_b64decode(token))
    except ValueError as e:
        raise invalid("pageToken", token, "The page token is invalid.") from e
    if found != query:
        raise invalid("pageToken", token, "The page token is of another list.")
    return list(last)
