"""What functions may do in our own AWS account. Each declares its needs as ``REQUIRES``; the
template's roles are made from them, one role a function.
"""

from __future__ import annotations

from typing import NamedTuple


class Need(NamedTuple):
    """One IAM action on one of the stack's resources, named as ``infra/template.py`` names it."""

    action: str
    on: str


GET = Need("dynamodb:GetItem", "table")
QUERY = Need("dynamodb:Query", "table")
QUERY_INDEX = Need("dynamodb:Query", "index")
PUT = Need("dynamodb:PutItem", "table")
UPDATE = Need("dynamodb:UpdateItem", "table")
DELETE = Need("dynamodb:DeleteItem", "table")
GET_MANY = Need("dynamodb:BatchGetItem", "table")
WRITE_MANY = Need("dynamodb:BatchWriteItem", "table")
PROVISION = Need("states:StartExecution", "provision")
OPERATE = Need("states:StartExecution", "operate")
MOVE = Need("states:StartExecution", "migrate")
MOVE_MANY = Need("states:StartExecution", "wave")
COLLECT = Need("states:StartExecution", "collect")
GO_ON = Need("states:SendTaskSuccess", "migrate")
WATCH = Need("states:DescribeExecution", "executions")
ASSUME = Need("sts:AssumeRole", "cloud roles")
ASK_AS = Need("sts:AssumeRole", "query role")
IDENTIFY = Need("sts:GetWebIdentityToken", "own identity")
"""A token for other clouds: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html"""
READ_SECRET = Need("secretsmanager:GetSecretValue", "secrets")
READ_SPOT = Need("ec2:DescribeSpotPriceHistory", "spot prices")
READ_PRICES_KEY = Need("secretsmanager:GetSecretValue", "prices secret")
MAKE_SECRET = Need("secretsmanager:CreateSecret", "secrets")
WRITE_SECRET = Need("secretsmanager:PutSecretValue", "secrets")
DROP_SECRET = Need("secretsmanager:DeleteSecret", "secrets")
GET_CHUNK = Need("s3:GetObject", "chunks")
PUT_CHUNK = Need("s3:PutObject", "chunks")
DROP_CHUNK = Need("s3:DeleteObject", "chunks")
MISS_CHUNK = Need("s3:ListBucket", "chunk bucket")
"""Without it what is not there is Forbidden:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""
PUBLISH = Need("sns:Publish", "notice topics")
MAIL = Need("ses:SendEmail", "notice sender")

GET_COST = Need("s3:GetObject", "costs")
PUT_COST = Need("s3:PutObject", "costs")
DROP_COST = Need("s3:DeleteObject", "costs")
LIST_COSTS = Need("s3:ListBucket", "cost bucket")

Needs = frozenset[Need]
NOTHING: Needs = frozenset()
READ: Needs = frozenset({GET})
LIST: Needs = frozenset({QUERY})
SIGN_IN: Needs = frozenset({ASSUME, IDENTIFY})
"""To try a credential that the caller has just given."""
CONNECT: Needs = SIGN_IN | {READ_SECRET, GET, UPDATE}
"""To call a provider with an account's own credential, within its rate limit; of an agent, to read
what it last said."""
CLOUD: Needs = CONNECT | {PUT, DELETE}
"""To call any provider, also through the queue of an agent."""
AUDITED: Needs = frozenset({GET, PUT, UPDATE, DELETE})
"""A change: its place in the audit chain, its idempotency record (deleted when it fails)."""
CHUNK_KEY: Needs = frozenset({READ_SECRET, MAKE_SECRET})
"""The tenant's, which is made when it is first asked for."""
READ_CHUNKS: Needs = frozenset({GET_CHUNK, MISS_CHUNK})
CREATE_VM: Needs = AUDITED | {PROVISION, QUERY}
"""And to see which budgets hold it."""
CHANGE: Needs = AUDITED | {OPERATE}
MIGRATE: Needs = AUDITED | {MOVE}
STEER: Needs = AUDITED | {GO_ON}
CHUNKS: Needs = CHUNK_KEY | READ_CHUNKS | {PUT_CHUNK}
"""To read and write a tenant's chunks and manifests."""
READ_COSTS: Needs = frozenset({GET_COST, LIST_COSTS})
"""To read what is kept beside the rows, or that it is not there."""
LIVE_PRICES: Needs = READ_COSTS
"""To read the refreshed price snapshots, or that there are none."""
ASK_COSTS: Needs = frozenset({GET, GET_MANY, QUERY})
"""To ask the ledger."""
ASK_ROWS: Needs = frozenset({QUERY, GET_COST, LIST_COSTS})
"""To read the rows themselves, or that they were replaced."""
ASK_SQL: Needs = ASK_ROWS | {ASK_AS}
"""To read them as a role that sees one tenant's."""
EXPORT_COSTS: Needs = ASK_ROWS | {PUT_COST}
"""To read them, and put a file there that is too large to be an answer."""
IMPORT_COSTS: Needs = frozenset({GET, QUERY, PUT, WRITE_MANY, PUT_COST})
"""To make a delivery the costs of its month."""
SWEEP_COSTS: Needs = frozenset(
    {QUERY, QUERY_INDEX, GET_MANY, WRITE_MANY, DELETE, LIST_COSTS, DROP_COST}
)
"""To remove what imports wrote in vain; the index tells the tenants."""
