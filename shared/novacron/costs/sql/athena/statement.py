"""One statement, from its text to the end of its run.

https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecutionStatus.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from novacron.costs.sql.athena.place import Asked, Place
from novacron.errors import InvalidSpec, NotReady, NovaCronError, ProviderUnavailable
from novacron.providers.aws.errors import code_of

PAUSE = 0.3
"""Seconds between looks."""
USER = 2
"""The category of errors that are the statement's own."""
_SELECT = re.compile(r"(?>\s+|\(|--[^\n]*|/\*.*?\*/)*+(?:SELECT|WITH)\b", re.IGNORECASE | re.DOTALL)
"""Trino's grammar lets nothing but a query begin so
(https://trino.io/docs/current/sql/select.html), and Athena takes one statement at a time. What else
a text could do, its credentials forbid. No part of a text is tried twice."""
_CODE = re.compile(r"\b([A-Z]+(?:_[A-Z]+)+)\b")
_AT = re.compile(r"\bline \d+:\d+")


class Clock(NamedTuple):
    """A call of the API waits for its answer, as no state machine could hand it over."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


def hold_select(sql: str) -> None:
    if _SELECT.match(sql) is None:
        raise refused("It is not one SELECT statement.")


def run(
    athena: Any, place: Place, asked: Asked, sql: str, folder: str, seconds: float, clock: Clock
) -> str:
    """The id of the execution, which has ended well. Raises InvalidSpec (sql), NotReady,
    ProviderUnavailable; none of Athena's own words are in them, as these tell names."""
    until = clock.now() + seconds
    execution = _started(athena, place, asked, sql, folder)
    while clock.now() < until:
        found = athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
        if found["State"] == "SUCCEEDED":
            return execution
        if found["State"] == "CANCELLED":  # not by us: the workgroup's limit of bytes
            raise refused("It reads more than one question may.", "Ask for fewer days or columns.")
        if found["State"] == "FAILED":
            raise _failed(found)
        clock.pause(PAUSE)
    athena.stop_query_execution(QueryExecutionId=execution)
    raise refused(f"It took more than {seconds:g} seconds.", "Ask for fewer days or less.")


def _started(athena: Any, place: Place, asked: Asked, sql: str, folder: str) -> str:
    answers = f"s3://{place.bucket}/{asked.folder}/{folder}/"
    try:
        started = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": asked.database, "Catalog": "AwsDataCatalog"},
            ResultConfiguration={"OutputLocation": answers},
            WorkGroup=place.name,
        )
    except ClientError as error:
        if code_of(error) == "InvalidRequestException":
            raise refused(_told(str(error))) from error
        raise
    return str(started["QueryExecutionId"])


def _failed(status: dict[str, Any]) -> NovaCronError:
    found = status.get("AthenaError", {})
    if found.get("Retryable"):
        return NotReady("The SQL engine could not take the question now.")
    if found.get("ErrorCategory") == USER:
        return refused(_told(status.get("StateChangeReason", "")))
    return ProviderUnavailable("The SQL engine failed; its workgroup's history says why.")


def _told(words: str) -> str:
    """The code and the place of an error: all of its text that names nothing of ours."""
    code, at = _CODE.search(words), _AT.search(words)
    where = f" at {at[0]}" if at else ""
    return f"The SQL engine refuses it: {code[1] if code else 'not valid'}{where}."


def refused(detail: str, remedy: str | None = None) -> InvalidSpec:
    return InvalidSpec(detail, field="sql", remedy=remedy)
