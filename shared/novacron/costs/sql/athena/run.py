"""A question from its files to its answer; what was made for it goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from novacron.costs.sql.athena import answer, policy, statement, tables
from novacron.costs.sql.athena.database import drop, owner
from novacron.costs.sql.athena.errors import nameless
from novacron.costs.sql.athena.place import Asked, Place
from novacron.costs.sql.athena.session import Session
from novacron.costs.sql.athena.statement import Clock
from novacron.costs.sql.limits import SECONDS
from novacron.costs.visible import StoredSource
from novacron.models.cost import Days
from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from novacron.runtime.logging import logger

VIEW_SECONDS = 6.0


@nameless
def run(
    place: Place,
    tenant: str,
    sources: Sequence[StoredSource],
    question: SqlQuestion,
    clock: Clock | None = None,
) -> SqlAnswer:
    """Raises InvalidSpec (sql): not one SELECT, not valid, too long or too large; NotReady,
    Throttled, ProviderUnavailable."""
    statement.hold_select(question.sql)
    clock = clock or Clock()
    asked = Asked(tenant, uuid4().hex)
    with _made(place, asked, tables.lists(sources, question), question, clock):
        athena = Session(place, asked.id, policy.asking(place, asked)).athena
        execution = statement.run(athena, place, asked, question.sql, "answer", SECONDS, clock)
        return answer.read(athena, execution)


@contextmanager
def _made(
    place: Place, asked: Asked, lists: tables.Lists, days: Days, clock: Clock
) -> Iterator[None]:
    """The database is there until it is left; ``sweep`` finds it after a kill."""
    us = Session(place, asked.id, policy.making(place, asked))
    us.glue.create_database(
        DatabaseInput={"Name": asked.database, "Parameters": owner(place, asked.tenant)}
    )
    try:
        for start, paths in lists.items():
            if paths:
                key = f"{tables.location(asked, start)}/list.txt"
                us.s3.put_object(Bucket=place.bucket, Key=key, Body=tables.listed(place, paths))
            us.glue.create_table(
                DatabaseName=asked.database,
                TableInput=tables.table_input(place, asked, start),
            )
        view = tables.view(sorted(lists), days)
        statement.run(us.athena, place, asked, view, "view", VIEW_SECONDS, clock)
        yield
    finally:
        try:
            drop(us.glue, asked.database)
        except (ClientError, BotoCoreError) as error:  # an answer is not lost by what is swept
            logger().warning("a question's database is left", database=asked.database, why=error)
