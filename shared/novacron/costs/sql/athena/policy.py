"""What one question's credentials may do. A session has what its role and this policy both allow:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session

Glue asks for the ancestors of what is reached, and for the region's database "default":
https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from novacron.costs.sql.athena.place import PREFIX, Asked, Place

MOST = 2048
"""Characters of a session policy:
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
ANY = ["*"]
"""Of what the role may do (``infra/base.yaml``), which names each action: these policies are about
places, and the longest names must fit."""
LOOK = ["GetDatabase", "GetTable*", "GetPartition*"]
WRITE = ["PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"]


def asking(place: Place, asked: Asked) -> str:
    """For the caller's text: read this tenant's rows, write this question's answer."""
    rows, own = f"{place.prefix}/{asked.tenant}/*", f"{asked.folder}/*"
    return _policy(
        _allow("athena", ANY, [place.workgroup]),
        _allow("glue", LOOK, _tables(place, asked.database)),
        _default(place),
        _allow("s3", ["GetObject"], [place.s3(rows), place.s3(own)]),
        _allow("s3", WRITE, [place.s3(f"{asked.folder}/answer/*")]),
        _listing(place, rows, own),
        _allow("s3", ["GetBucketLocation"], [place.s3()]),
    )


def making(place: Place, asked: Asked) -> str:
    """For ourselves: the question's database and its lists of files. No row can be read."""
    own = f"{asked.folder}/*"
    return _policy(
        _allow("athena", ANY, [place.workgroup]),
        _allow("glue", ANY, _database(place, asked.database)),
        _default(place),
        _allow("s3", ["GetObject", *WRITE], [place.s3(own)]),
        _listing(place, own),
        _allow("s3", ["GetBucketLocation"], [place.s3()]),
    )


def sweeping(place: Place) -> str:
    """For the schedule that removes what was left."""
    every = place.glue("database/*")
    catalog = place.glue("catalog")
    return _policy(
        _allow("glue", ["GetDatabases"], [catalog, every]),
        _allow("glue", ANY, _database(place, f"{PREFIX}*")),
    )


def _tables(place: Place, name: str) -> list[str]:
    return [place.glue(one) for one in ("catalog", f"database/{name}", f"table/{name}/*")]


def _database(place: Place, name: str) -> list[str]:
    """All that goes with it."""
    return [*_tables(place, name), place.glue(f"userDefinedFunction/{name}/*")]


def _default(place: Place) -> dict[str, Any]:
    return _allow("glue", ["GetDatabase"], [place.glue("database/default")])


def _listing(place: Place, *prefixes: str) -> dict[str, Any]:
    allowed = _allow("s3", ["ListBucket"], [place.s3()])
    return allowed | {"Condition": {"StringLike": {"s3:prefix": list(prefixes)}}}


def _allow(service: str, actions: Sequence[str], resources: list[str]) -> dict[str, Any]:
    named = [f"{service}:{action}" for action in actions]
    return {"Effect": "Allow", "Action": named, "Resource": resources}


def _policy(*statements: dict[str, Any]) -> str:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return json.dumps(document, separators=(",", ":"))
