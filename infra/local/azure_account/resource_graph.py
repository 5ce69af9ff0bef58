"""Azure Resource Graph, as far as it tells of spot: rows that whoever made the account put there.

Of the query language (https://learn.microsoft.com/en-us/azure/governance/resource-graph/concepts/query-language)
the parts that the page of spot VMs shows: comparisons that ignore case, and a projection.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .routes import Route
from .wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from .account import LocalAccount

_EQUAL = re.compile(r"where ([\w.]+) =~ '([^']*)'")
_ANY = re.compile(r"where ([\w.]+) in~ \(('[^']*'(?:, '[^']*')*)\)")
_PROJECT = re.compile(r"project (.+)")
_SHOWN = re.compile(r"(\w+) = (?:tostring\(([\w.]+)\)|([\w.]+))")
_OPTIONS = {"resultFormat", "$top", "$skipToken"}


def _resources(account: LocalAccount, call: Call) -> Answer:
    """https://learn.microsoft.com/en-us/rest/api/azureresourcegraph/resourcegraph/resources/resources"""
    asked = call.json()
    options = asked.get("options", {})
    if options.keys() - _OPTIONS or options.get("resultFormat") != "objectArray":
        raise ArmError(400, "BadRequest", "These options are not known here.", "options")
    rows = _answered(account.spot_resources, str(asked.get("query")))
    start, size = int(options.get("$skipToken", 0)), min(options.get("$top", 100), 1000)
    end = start + min(size, account.switches.page_size)
    more = {"$skipToken": str(end)} if end < len(rows) else {}
    page = rows[start:end]
    counts = {"totalRecords": len(rows), "count": len(page), "resultTruncated": "false"}
    return Answer(200, {**counts, "facets": [], "data": page, **more})


def _answered(rows: list[Json], query: str) -> list[Json]:
    table, *steps = [part.strip() for part in query.split("|")]
    if table.lower() != "spotresources":
        raise _invalid(table)
    for step in steps:
        if match := _EQUAL.fullmatch(step):
            rows = _where(rows, match[1], {match[2]})
        elif match := _ANY.fullmatch(step):
            rows = _where(rows, match[1], set(re.findall(r"'([^']*)'", match[2])))
        elif match := _PROJECT.fullmatch(step):
            shown = [_SHOWN.fullmatch(one) for one in match[1].split(", ")]
            if not all(shown):
                raise _invalid(step)
            rows = [{one[1]: _at(row, one[2] or one[3]) for one in shown if one} for row in rows]
        else:
            raise _invalid(step)
    return rows


def _where(rows: list[Json], path: str, wanted: set[str]) -> list[Json]:
    small = {one.lower() for one in wanted}
    return [row for row in rows if str(_at(row, path)).lower() in small]


def _at(row: Json, path: str) -> Any:
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _invalid(part: str) -> ArmError:
    return ArmError(400, "BadRequest", f"Query is invalid: {part!r}.", "query")


ROUTES = [
    Route("POST", "/providers/Microsoft.ResourceGraph/resources", "Resources_Query", _resources)
]
