"""A question about costs to come, from the words of a URL."""

from __future__ import annotations

from collections import defaultdict

from pydantic import ValidationError

from novacron.errors import InvalidSpec
from novacron.models.cost import CostMetric
from novacron.models.forecast import ForecastQuestion, Until


def question(
    until: Until,
    metric: CostMetric,
    group_by: list[str],
    where: list[str],
    top: int,
    changes: list[str],
) -> ForecastQuestion:
    """Raises InvalidSpec, with the parameter as its field."""
    filters: defaultdict[str, list[str]] = defaultdict(list)
    for one in where:
        dimension, value = _pair(one, "filter")
        filters[dimension].append(value)
    asked = {
        "until": until,
        "metric": metric,
        "group_by": group_by,
        "filters": filters,
        "top": top,
        "changes": [_change(one) for one in changes],
    }
    try:
        return ForecastQuestion.model_validate(asked)
    except ValidationError as error:
        first = error.errors()[0]
        named = {"filters": "filter", "changes": "change"}
        field = str(first["loc"][0])
        raise InvalidSpec(first["msg"], field=named.get(field, field)) from error


def _change(text: str) -> dict[str, object]:
    start, daily, end, *key = [*text.split(",", 3), "", ""][:4]
    if not start or not daily:
        raise InvalidSpec("Write start,daily amount[,end[,dimension=value]].", field="change")
    told: dict[str, object] = {"start": start, "daily": daily, "end": end or None}
    if key[0]:
        told["key"] = dict([_pair(key[0], "change")])
    return told


def _pair(text: str, field: str) -> tuple[str, str]:
    dimension, equals, value = text.partition("=")
    if not equals:
        raise InvalidSpec("Write dimension=value.", field=field)
    return dimension, value
