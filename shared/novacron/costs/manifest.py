"""Where a generation's rows are in object storage: Parquet files, and a manifest that names them.

``<tenant>/<provider>/<account>/<month>/<bill|estimate>/<generation>/<number>.parquet``. Nothing is
written over; a reader learns the generation from the partition's record and the files from its
manifest.
"""

from __future__ import annotations

from novacron.migration.objects import ObjectStore
from novacron.models.base import Model
from novacron.models.cost_import import Attempt, Partition

MANIFEST = "manifest.json"


class RowFile(Model):
    path: str
    rows: int
    bytes: int


class Manifest(Model):
    files: list[RowFile]


def folder(key: Attempt | Partition) -> str:
    kind = "estimate" if key.estimated else "bill"
    parts = (key.tenant, key.provider.value, key.account_id, f"{key.period:%Y-%m}", kind)
    return "/".join((*parts, key.generation))


def exports(tenant: str) -> str:
    """Where files are that were too large to be an answer."""
    return f"{tenant}/exports"


def read_manifest(objects: ObjectStore, partition: Partition) -> Manifest:
    """Raises NotFound: the partition was replaced and swept meanwhile."""
    found = objects.get(f"{folder(partition)}/{MANIFEST}")
    return Manifest.model_validate_json(found)
