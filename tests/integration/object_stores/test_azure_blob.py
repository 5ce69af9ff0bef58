"""The chunk store in Azure Blob: azurite in the place of a storage account."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from azure.core.credentials import AzureNamedKeyCredential
from obstore.store import AzureStore

from infra.local.bills import azure
from infra.local.bills.azure import Export
from infra.local.bills.charges import first_of
from infra.local.bills.charges import total as charged
from infra.local.bills.files import Format
from infra.local.stack.ports import ports
from infra.local.stack.services import Service
from novacron.costs.sources import focus
from novacron.costs.sources.files import Files
from novacron.errors import Conflict, NotFound
from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.leaves import digest_of
from novacron.migration.manifest import Entry
from novacron.migration.objects import ObjectStore
from novacron.migration.sealing import TenantKey
from novacron.providers.transfer import LEAF_BYTES
from tests.exported import FLEET, OCTOBER, october, rows_of, total
from tests.integration.object_stores.shared_key import signed

AZURITE = Path(__file__).parents[3] / ".tools/azurite/node_modules/.bin/azurite-blob"
ACCOUNT, CONTAINER = "devstoreaccount1", "chunks"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's own, the same everywhere:
https://learn.microsoft.com/en-us/azure/storage/common/storage-use-azurite"""

pytestmark = pytest.mark.skipif(not AZURITE.exists(), reason="azurite needs npm")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    folder = tmp_path_factory.mktemp("azurite")
    port = ports(folder / "ports.json", ["blob"])["blob"]
    command = [str(AZURITE), "--inMemoryPersistence", "--silent", "--skipApiVersionCheck"]
    command += ["--disableTelemetry", "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    service = Service("azurite", command, port, folder)
    service.start()
    endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
    made = AzureStore(
        CONTAINER,
        config={"account_name": ACCOUNT, "account_key": KEY, "endpoint": endpoint},
        client_options={"allow_http": True},
    )
    try:
        _container(ObjectStore(made), endpoint)
        yield ObjectStore(made)
    finally:
        service.kill()


def _container(store: ObjectStore, endpoint: str) -> None:
    """obstore makes no containers."""
    credential = AzureNamedKeyCredential(ACCOUNT, KEY)
    url = f"{endpoint}/{CONTAINER}"
    headers = signed(credential, "PUT", f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container")
    httpx.put(url, params={"restype": "container"}, headers=headers).raise_for_status()
    assert list(store.list("acme")) == []


def test_chunks_are_kept_and_read_back(store: ObjectStore) -> None:
    chunks = ChunkStore(store, "acme", TenantKey(bytes(range(32))), MemoryIndex())
    leaves = [os.urandom(LEAF_BYTES) for _ in range(20)]
    packer = chunks.packer("job")
    packer.add({digest_of(leaf): leaf for leaf in leaves})
    packer.close()
    for leaf in leaves:
        entry = Entry(digest_of(leaf), packer.place_of(digest_of(leaf)))
        assert chunks.read_leaf(entry, LEAF_BYTES) == leaf
    [path, *_] = store.list("acme/packs")
    store.delete(path)
    with pytest.raises(NotFound):
        store.get(path)


def test_a_signed_url_is_all_that_an_agent_needs(store: ObjectStore) -> None:
    path = "acme/packs/0/1"
    [put] = store.sign("PUT", [path], timedelta(minutes=5)).values()
    blob = {"x-ms-blob-type": "BlockBlob"}
    httpx.put(put, content=b"a pack", headers=blob).raise_for_status()
    [get] = store.sign("GET", [path], timedelta(minutes=5)).values()
    assert httpx.get(get, headers={"Range": "bytes=2-5"}).content == b"pack"
    assert httpx.put(get, content=b"other", headers=blob).is_error
    assert store.get(path) == b"a pack"


def test_a_cost_export_is_read_and_an_overwrite_is_seen(store: ObjectStore) -> None:
    """By ranges that name the version: what was listed is read, or nothing is."""
    charges = october(days=2)
    rows = list(azure.focus_rows(charges, FLEET))
    export = Export("costs", "focus", Format.PARQUET, rows_per_file=5000)
    run = export.delivery(rows, first_of(OCTOBER), "run-1", datetime(2026, 10, 3, tzinfo=UTC))
    for name, content in run.items():
        store.put(name, content)
    files = Files(store._store)
    [part] = [one for one in files.list("costs/focus/") if one.path.endswith(".parquet")]
    found = rows_of(files.rows(part.path, part.etag, part.size, focus.rows))
    assert total(found) == charged(charges)
    store.put(part.path, run[part.path])
    with pytest.raises(Conflict):
        rows_of(files.rows(part.path, part.etag, part.size, focus.rows))
