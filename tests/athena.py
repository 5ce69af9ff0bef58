"""Athena over moto's Glue and S3, by DuckDB: whatever a session's policies do not allow together is
refused, to its caller as to the engine, which reads with the caller's credentials.

https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import botocore.client
import duckdb
import pytest
import yaml
from botocore.exceptions import ClientError

from infra.template import TARGET
from tests.iam import allowed

ACCOUNT, REGION, BUCKET = "123456789012", "us-east-1", "chunks"
GROUP = "novacron-costs"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ask"
WORKGROUP = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/{GROUP}"
WORDS = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AskedCosts": GROUP,
    "Costs.Arn": f"arn:aws:s3:::{BUCKET}",
}
Session = list[dict[str, Any]]
"""Its policies."""
GLUE_TABLES = {"GetTable", "GetTables", "CreateTable", "BatchDeleteTable", "DeleteDatabase"}
HIVE = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "decimal(38,18)": "DECIMAL(38,18)",
    "map<string,string>": "MAP(VARCHAR, VARCHAR)",
    "boolean": "BOOLEAN",
    "date": "DATE",
}
NAMES = {"HUGEINT": "bigint", "TIMESTAMP WITH TIME ZONE": "timestamp"}
VIEW = re.compile(r"CREATE VIEW (\w+) AS (.*)", re.DOTALL)


@cache
def role_policy() -> dict[str, Any]:
    """Of the deployed role."""
    role = yaml.safe_load(TARGET.read_text())["Resources"]["AskCosts"]["Properties"]
    [policy] = role["Policies"]
    found: dict[str, Any] = _resolved(policy["PolicyDocument"])
    return found


def _resolved(value: Any) -> Any:
    if isinstance(value, list):
        return [_resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Sub" in value:
        return re.sub(r"\$\{([\w:.]+)\}", lambda found: WORDS[found[1]], value["Fn::Sub"])
    if "Fn::GetAtt" in value:
        return WORDS[".".join(value["Fn::GetAtt"])]
    return {key: _resolved(one) for key, one in value.items()}


@dataclass
class Execution:
    sql: str
    database: str
    output: str
    status: dict[str, Any] = field(default_factory=lambda: {"State": "RUNNING"})
    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)


@dataclass
class LocalAthena:
    """``fate`` is what the caller's statements end as, if not by themselves; ``stuck``: never."""

    folder: Path
    sessions: dict[str, Session] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    fate: dict[str, Any] | None = None
    stuck: bool = False
    stopped: list[str] = field(default_factory=list)
    page: int = 1000

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real: Callable[..., Any] = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

        def call(client: Any, operation: str, given: dict[str, Any]) -> Any:
            service = client.meta.service_model.service_name
            if operation == "AssumeRole":
                return self._assumed(given, real(client, operation, given))
            key = client._request_signer._credentials.access_key
            if key not in self.sessions:
                return real(client, operation, given)
            self._check(self.sessions[key], service, operation, given)
            if service != "athena":
                return real(client, operation, given)
            # What botocore would refuse to send, or to read, is refused here too.
            model = client.meta.service_model.operation_model(operation)
            client._serializer.serialize_to_request(given, model)
            method = getattr(self, "_" + re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
            return method(self.sessions[key], **given)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)

    def _assumed(self, given: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        assert given["RoleArn"] == ROLE
        assert len(given["Policy"]) <= 2048
        own = json.loads(given["Policy"])
        self.sessions[answer["Credentials"]["AccessKeyId"]] = [role_policy(), own]
        return answer

    def _check(self, session: Session, service: str, operation: str, given: dict[str, Any]) -> None:
        if service == "athena":
            _allow(session, f"athena:{operation}", [WORKGROUP])
        elif service == "glue":
            _allow(session, f"glue:{operation}", _glue(operation, given))
        else:
            _allow(session, f"s3:{operation}", [f"arn:aws:s3:::{given['Bucket']}/{given['Key']}"])

    def _start_query_execution(self, session: Session, **given: Any) -> dict[str, Any]:
        assert given["WorkGroup"] == GROUP
        assert len(given["QueryString"]) <= 262144
        output = given["ResultConfiguration"]["OutputLocation"]
        bucket, _, prefix = output.removeprefix("s3://").partition("/")
        name = str(uuid4())
        _allow(session, "s3:GetBucketLocation", [f"arn:aws:s3:::{bucket}"])
        _allow(session, "s3:PutObject", [f"arn:aws:s3:::{bucket}/{prefix}{name}.csv"])
        asked = Execution(given["QueryString"], given["QueryExecutionContext"]["Database"], output)
        self.executions[name] = asked
        view = VIEW.fullmatch(asked.sql)
        if view is None and self.fate is not None:
            asked.status |= {"next": self.fate}
        elif view is not None:
            _allow(session, "glue:CreateTable", _table(asked.database, view[1]))
            _glue_client().create_table(
                DatabaseName=asked.database,
                TableInput={
                    "Name": view[1],
                    "TableType": "VIRTUAL_VIEW",
                    "ViewOriginalText": view[2],
                },
            )
            asked.status |= {"next": {"State": "SUCCEEDED"}}
        else:
            asked.status |= {"next": self._ran(session, asked)}
            boto3.client("s3", region_name=REGION).put_object(
                Bucket=bucket, Key=f"{prefix}{name}.csv", Body=b"answer"
            )
        return {"QueryExecutionId": name}

    def _get_query_execution(self, _: Any, QueryExecutionId: str) -> dict[str, Any]:  # noqa: N803
        """RUNNING first, then how it ended."""
        asked = self.executions[QueryExecutionId]
        told = {"QueryExecution": {"Status": {"State": asked.status["State"]}}}
        if not self.stuck or VIEW.fullmatch(asked.sql):
            told["QueryExecution"]["Status"] = asked.status
            asked.status = asked.status.get("next", asked.status)
        return told

    def _stop_query_execution(self, _: Any, QueryExecutionId: str) -> dict[str, Any]:  # noqa: N803
        self.stopped.append(self.executions[QueryExecutionId].sql)
        return {}

    def _get_query_results(
        self,
        session: Session,
        QueryExecutionId: str,  # noqa: N803
        MaxResults: int,  # noqa: N803
        NextToken: str = "0",  # noqa: N803
    ) -> dict[str, Any]:
        assert MaxResults <= 1000
        asked = self.executions[QueryExecutionId]
        bucket, _, prefix = asked.output.removeprefix("s3://").partition("/")
        _allow(session, "s3:GetObject", [f"arn:aws:s3:::{bucket}/{prefix}{QueryExecutionId}.csv"])
        at = int(NextToken)
        every: list[list[str | None]] = [[one["Name"] for one in asked.columns], *asked.rows]
        end = at + min(MaxResults, self.page)
        rows = [
            {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]}
            for row in every[at:end]
        ]
        meta = {"ColumnInfo": asked.columns}
        more = {"NextToken": str(end)} if end < len(every) else {}
        return {"ResultSet": {"Rows": rows, "ResultSetMetadata": meta}, **more}

    def _ran(self, session: Session, asked: Execution) -> dict[str, Any]:
        """Every table that the caller's credentials see is there, and no other."""
        try:
            with duckdb.connect(":memory:") as engine:
                engine.execute("SET TimeZone = 'UTC'")
                self._load(session, engine)
                engine.execute(f'USE "{asked.database}"')
                found = engine.execute(asked.sql)
                asked.columns = [_column(one[0], str(one[1])) for one in found.description or ()]
                asked.rows = [
                    [None if cell is None else _text(cell) for cell in row]
                    for row in found.fetchall()
                ]
        except duckdb.Error as error:
            where = f"awsdatacatalog.{asked.database}"
            reason = f"TABLE_NOT_FOUND: line 1:15: Table '{where}.x' s3://{BUCKET} {error}"
            fault = {"ErrorCategory": 2, "ErrorType": 1006, "ErrorMessage": reason}
            return {"State": "FAILED", "StateChangeReason": reason, "AthenaError": fault}
        return {"State": "SUCCEEDED"}

    def _load(self, session: Session, engine: duckdb.DuckDBPyConnection) -> None:
        glue = _glue_client()
        for database in [one["Name"] for one in glue.get_databases()["DatabaseList"]]:
            engine.execute(f'CREATE SCHEMA IF NOT EXISTS "{database}"')
            tables = glue.get_tables(DatabaseName=database)["TableList"]
            for table in sorted(tables, key=lambda one: str(one["TableType"])):
                if _may(session, "glue:GetTable", _table(database, table["Name"])):
                    engine.execute(f'USE "{database}"')
                    sql = self._source(session, engine, table)
                    engine.execute(f'CREATE VIEW "{table["Name"]}" AS {sql}')

    def _source(self, session: Session, engine: duckdb.DuckDBPyConnection, table: Any) -> str:
        if table["TableType"] == "VIRTUAL_VIEW":
            return str(table["ViewOriginalText"])
        stored = table["StorageDescriptor"]
        assert stored["InputFormat"].endswith("SymlinkTextInputFormat")
        files = self._files(session, stored["Location"])
        columns = stored["Columns"]
        if not files:
            empty = ", ".join(f'NULL::{HIVE[one["Type"]]} AS "{one["Name"]}"' for one in columns)
            return f"SELECT {empty} WHERE false"
        read = f"read_parquet([{', '.join(repr(one) for one in files)}])"
        types = {
            one[0].lower(): one[1] for one in engine.execute(f"DESCRIBE FROM {read}").fetchall()
        }
        assert {one["Name"]: HIVE[one["Type"]] for one in columns} == types
        return f"SELECT {', '.join(one['Name'] for one in columns)} FROM {read}"

    def _files(self, session: Session, location: str) -> list[str]:
        s3 = boto3.client("s3", region_name=REGION)
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        _allow(session, "s3:ListBucket", [f"arn:aws:s3:::{bucket}"], {"s3:prefix": prefix})
        found = []
        for entry in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
            _allow(session, "s3:GetObject", [f"arn:aws:s3:::{bucket}/{entry['Key']}"])
            text = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().decode()
            for url in text.splitlines():
                where, _, key = url.removeprefix("s3://").partition("/")
                _allow(session, "s3:GetObject", [f"arn:aws:s3:::{where}/{key}"])
                found.append(str(self.folder / f"{uuid4().hex}.parquet"))
                s3.download_file(where, key, found[-1])
        return found


def _may(
    session: Session,
    action: str,
    resources: list[str],
    context: Mapping[str, str] = {},
) -> bool:
    return all(allowed(session, action, one, context) for one in resources)


def _allow(
    session: Session,
    action: str,
    resources: list[str],
    context: Mapping[str, str] = {},
) -> None:
    if not _may(session, action, resources, context):
        told = f"User: {ROLE} is not authorized to perform: {action} on resource: {resources}"
        error = {"Error": {"Code": "AccessDeniedException", "Message": told}}
        raise ClientError(error, action.partition(":")[2])  # type: ignore[arg-type]


def _table(database: str, table: str) -> list[str]:
    parts = ("catalog", f"database/{database}", f"table/{database}/{table}")
    return [f"arn:aws:glue:{REGION}:{ACCOUNT}:{part}" for part in parts]


def _glue(operation: str, given: dict[str, Any]) -> list[str]:
    """https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html"""
    name = (
        given.get("DatabaseName") or given.get("Name") or given.get("DatabaseInput", {}).get("Name")
    )
    if operation == "GetDatabases":
        return [f"arn:aws:glue:{REGION}:{ACCOUNT}:{part}" for part in ("catalog", "database/*")]
    if operation in GLUE_TABLES:
        return _table(name, given.get("TableInput", {}).get("Name", "any"))
    return _table(name, "")[:2]


def _glue_client() -> Any:
    return boto3.client("glue", region_name=REGION)


def _column(name: str, kind: str) -> dict[str, Any]:
    if found := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", kind):
        return {
            "Name": name,
            "Type": "decimal",
            "Precision": int(found[1]),
            "Scale": int(found[2]),
        }
    return {"Name": name, "Type": NAMES.get(kind, kind.lower()), "Precision": 0, "Scale": 0}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
