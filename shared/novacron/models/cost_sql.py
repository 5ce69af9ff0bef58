"""Ad-hoc questions over cost rows, in SQL."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from novacron.models.base import Model
from novacron.models.cost import Days


class SqlQuestion(Days):
    """``sql``: one SELECT over ``costs``, which has the tenant's rows of these days alone."""

    sql: str = Field(min_length=1, max_length=20_000)
    estimates: bool = True


class SqlColumn(Model):
    """``type`` as the engine names it: ``DECIMAL(38,18)``."""

    name: str
    type: str


class SqlAnswer(Model):
    """``rows`` as JSON: decimals, times and intervals are text, so that no digit is lost, and so
    are numbers that JSON does not know; bytes are base64.

    ``truncated``: there are more rows than an answer holds.
    """

    columns: list[SqlColumn]
    rows: list[list[Any]]
    truncated: bool
