"""Questions' databases in the Glue catalog: whose they are, and their end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from novacron.costs.sql.athena import policy
from novacron.costs.sql.athena.place import PREFIX, Place, place
from novacron.costs.sql.athena.session import Session
from novacron.operations.services import Services
from novacron.providers.aws.errors import translated

KEPT = timedelta(hours=1)
"""Longer than a question can take."""
STACK, TENANT = "novacron:stack", "novacron:tenant"


def owner(place: Place, tenant: str) -> dict[str, str]:
    """A stack is told by its workgroup's name: several may be in one account."""
    return {STACK: place.name, TENANT: tenant}


def drop(glue: Any, name: str) -> None:
    """One that is gone is fine. Tables first, as Glue asks for:
    https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html"""
    try:
        for page in glue.get_paginator("get_tables").paginate(DatabaseName=name):
            tables = [one["Name"] for one in page["TableList"]]
            if tables:
                glue.batch_delete_table(DatabaseName=name, TablesToDelete=tables)
        glue.delete_database(Name=name)
    except glue.exceptions.EntityNotFoundException:
        return


@translated
def sweep_questions(services: Services) -> int:
    """Drop the databases of questions whose function was killed; returns how many. Their lists and
    answers expire by themselves."""
    if not services.query_role:
        return 0
    here = place(services)
    glue = Session(here, "sweep", policy.sweeping(here)).glue
    limit = services.now() - KEPT
    left = [
        one["Name"]
        for page in glue.get_paginator("get_databases").paginate()
        for one in page["DatabaseList"]
        if one["Name"].startswith(PREFIX)
        and one.get("Parameters", {}).get(STACK) == here.name
        and one["CreateTime"] < limit
    ]
    for name in left:
        drop(glue, name)
    return len(left)
