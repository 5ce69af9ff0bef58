"""A question's database: tables over lists of files, and the view ``costs`` over these.

A list names the files of valid manifests, and Athena reads these alone:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from novacron.costs.focus import NUMBER, PAIRS, ROWS, TEXT, TIME
from novacron.costs.sql.athena.place import Asked, Place
from novacron.costs.visible import StoredSource
from novacron.models.cost import Days

HIVE: dict[pa.DataType, str] = {
    TEXT: "string",
    TIME: "timestamp",
    NUMBER: "decimal(38,18)",
    PAIRS: "map<string,string>",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}
SYMLINKS = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
KEYLESS = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
Lists = dict[date, list[str]]
"""First day that counts -> paths in the cost store. Estimates begin where their bill ends."""


def lists(sources: Sequence[StoredSource], days: Days) -> Lists:
    """At least one: a table without files has the columns, and no row."""
    found: defaultdict[date, list[str]] = defaultdict(list)
    for source in sources:
        if source.start < source.end:
            found[source.start].extend(file.path for file in source.files)
    return dict(found) or {days.start: []}


def table_name(start: date) -> str:
    return f"rows_from_{start:%Y%m%d}"


def location(asked: Asked, start: date) -> str:
    """The folder of a table's list. Athena takes no underscores in it."""
    return f"{asked.folder}/files/{start:%Y%m%d}"


def listed(place: Place, paths: Sequence[str]) -> bytes:
    urls = (f"s3://{place.bucket}/{place.prefix}/{path}" for path in paths)
    return "\n".join(urls).encode()


def table_input(place: Place, asked: Asked, start: date) -> dict[str, Any]:
    columns = [{"Name": field.name.lower(), "Type": HIVE[field.type]} for field in ROWS]
    return {
        "Name": table_name(start),
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE"},
        "StorageDescriptor": {
            "Columns": columns,
            "Location": f"s3://{place.bucket}/{location(asked, start)}/",
            "InputFormat": SYMLINKS,
            "OutputFormat": KEYLESS,
            "SerdeInfo": {"SerializationLibrary": PARQUET},
        },
    }


def view(starts: Sequence[date], days: Days) -> str:
    """What makes ``costs``."""
    parts = [
        f"SELECT * FROM {table_name(start)} "  # noqa: S608 - dates alone are put in
        f"WHERE chargeperiodstart >= TIMESTAMP '{start} 00:00:00' "
        f"AND chargeperiodstart < TIMESTAMP '{days.end} 00:00:00'"
        for start in starts
    ]
    return f"CREATE VIEW costs AS {' UNION ALL '.join(parts)}"
