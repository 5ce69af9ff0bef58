"""What an agent is let do with its tenant's chunks, and that it is let do nothing else."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from novacron.agent.chunks import ApiIndex
from novacron.agent.client import Client
from novacron.agent.identity import Identity
from novacron.errors import ProviderUnavailable, Throttled, Unsupported
from novacron.migration.manifest import Place
from novacron.migration.messages import Way
from novacron.operations.chunks import ChunkStores
from novacron.runtime.aws import SecretsManager
from tests.agents import ADMIN, enrolled
from tests.api import call
from tests.gateway import Gateway
from tests.handlers.test_agents import send
from tests.s3 import STORE
from tests.world import MALLORY, Secrets, World

PACK = f"packs/{'ab' * 8}/{'ab' * 8}"
PART = "manifests/exp-op-1/0/000000"
DISK = "manifests/exp-op-1/0/disk"


@pytest.fixture
def mine(wired: World) -> Identity:
    wired.services.chunk_store = STORE
    return enrolled()


def _client(identity: Identity) -> Client:
    return Client(identity, Gateway())


@pytest.mark.parametrize(
    ("way", "path"), [("get", PACK), ("get", PART), ("get", DISK), ("put", PACK), ("put", PART)]
)
def test_a_url_is_for_one_object_and_not_for_long(mine: Identity, way: str, path: str) -> None:
    told = _client(mine).urls(Way(way), [f"acme/{path}"])
    url = urlsplit(told.urls[f"acme/{path}"])
    assert url.path == f"/chunks/chunks/acme/{path}"
    assert parse_qs(url.query)["X-Amz-Expires"] == [str(told.seconds)]
    assert told.seconds <= 900


@pytest.mark.parametrize(
    ("way", "path"),
    [
        ("put", f"acme/{DISK}"),
        *(
            (way, path)
            for way in ("get", "put")
            for path in (
                f"umbrella/{PACK}",
                f"umbrella/{PART}",
                f"acme/../umbrella/{PACK}",
                f"acme/{PACK}/../../../../umbrella/{PACK}",
                f"/acme/{PACK}",
                f"acme//{PACK}",
                f"acme/{PACK}?versionId=1",
                f"acme/{PACK}\n",
                f"ACME/{PACK}",
                "acme/manifests/../0/000000",
                "acme/manifests/exp/0/../x",
                "acme/other",
                "acme/",
                "acme",
                "",
            )
        ),
        ("delete", f"acme/{PACK}"),
    ],
)
def test_no_other_path_gets_a_url(mine: Identity, way: str, path: str) -> None:
    good = f"acme/{PACK}"
    path_of = f"/agents/{mine.agent_id}/objects"
    assert send(mine, path_of, {"method": way, "paths": [good, path]}) == 400


def test_requests_are_bounded(mine: Identity) -> None:
    path = f"/agents/{mine.agent_id}/objects"
    for count, status in ((0, 400), (100, 200), (101, 400)):
        assert send(mine, path, {"method": "get", "paths": [f"acme/{PACK}"] * count}) == status
    path = f"/agents/{mine.agent_id}/chunks"
    digest = base64.urlsafe_b64encode(bytes(32)).decode()
    for count, status in ((0, 200), (100, 200), (101, 400)):
        assert send(mine, path, {"find": [digest] * count}) == status
    assert send(mine, path, {"find": ["../x"]}) == 400


def test_the_key_is_the_tenants_and_its_delivery_is_audited(wired: World, mine: Identity) -> None:
    key = _client(mine).transfer_key()
    assert (len(key), _client(enrolled("other")).transfer_key()) == (32, key)
    stranger = enrolled("theirs", MALLORY)
    assert _client(stranger).transfer_key() != key
    assert send(stranger, f"/agents/{mine.agent_id}/transfer-key", {}) == 404
    assert call(ADMIN, "POST", f"/agents/{mine.agent_id}/transfer-key").status == 403
    told = [one["action"] for one in call(ADMIN, "GET", "/audit").body["items"]]
    assert told.count("agent.transfer-key") == 3
    kept = str(wired.services.store.table.client.scan(TableName="novacron"))
    assert base64.b64encode(key).decode() not in kept


def test_of_two_keys_made_at_once_one_is_kept(wired: World) -> None:
    table, secrets = wired.services.store.table, Secrets()
    stores = [ChunkStores(STORE, table, secrets) for _ in range(2)]
    first, second = (one.key("acme") for one in stores)
    assert first == second != stores[0].key("umbrella")


def test_secrets_manager_keeps_the_first(wired: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it looks and finds nothing, and another makes one before it does."""
    one, late = SecretsManager("novacron"), SecretsManager("novacron")
    assert one.keep_first("acme", "chunk-key", {"key": "first"}) == {"key": "first"}
    assert one.keep_first("acme", "chunk-key", {"key": "other"}) == {"key": "first"}
    real, looks = late._value, [0]

    def blind(secret_id: str) -> dict[str, str]:
        looks[0] += 1
        return real("novacron/nothing" if looks[0] == 1 else secret_id)

    monkeypatch.setattr(late, "_value", blind)
    assert late.keep_first("acme", "chunk-key", {"key": "late"}) == {"key": "first"}
    assert looks == [2]


def test_what_arrived_is_found_by_its_tenant_alone(mine: Identity) -> None:
    index = ApiIndex(_client(mine))
    digests = [bytes([n % 7]) + n.to_bytes(31, "big") for n in range(130)]
    places = {digest: Place(f"{n:032x}", n, n + 1) for n, digest in enumerate(digests)}
    index.add(places)
    assert index.find([*digests, b"\xff" * 32]) == places
    theirs = ApiIndex(_client(enrolled("theirs", MALLORY)))
    assert theirs.find(digests) == {}
    with pytest.raises(Unsupported):
        index.forget(digests)


def test_the_index_is_one_stores(wired: World) -> None:
    table, secrets = wired.services.store.table, Secrets()
    one, other = (ChunkStores(url, table, secrets).index("acme") for url in (STORE, "s3://other"))
    one.add({bytes(32): Place("ab" * 16, 0, 1)})
    assert other.find([bytes(32)]) == {}
    one.forget([bytes(32), b"\x01" * 32])
    assert one.find([bytes(32)]) == {}


def test_what_the_table_did_not_take_is_sent_again(
    wired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table does one of each batch, and then nothing any more."""
    table = wired.services.store.table
    client: Any = table.client
    real = client._make_api_call
    most = 1

    def slow(operation: str, given: dict[str, Any]) -> Any:
        asked = given["RequestItems"]["novacron"]
        writes = operation == "BatchWriteItem"
        whole = asked if writes else asked["Keys"]
        items, rest = whole[:most], whole[most:]
        given = {"RequestItems": {"novacron": items if writes else {"Keys": items}}}
        empty: Any = {"Responses": {}, "UnprocessedItems": {}, "UnprocessedKeys": {}}
        reply = empty | (real(operation, given) if items else {})
        left = {"novacron": rest if writes else {"Keys": rest}} if rest else {}
        return reply | {"UnprocessedItems" if writes else "UnprocessedKeys": left}

    index = ChunkStores(STORE, table, Secrets()).index("acme")
    places = {bytes([n]) * 32: Place("ab" * 16, n, 1) for n in range(30)}
    monkeypatch.setattr(client, "_make_api_call", slow)
    index.add(places)
    assert index.find(list(places)) == places
    most = 0
    with pytest.raises(Throttled):
        index.find(list(places))


def test_a_deployment_without_a_store_says_so(wired: World, mine: Identity) -> None:
    wired.services.chunk_store = ""
    wired.services.__dict__.pop("stores", None)
    with pytest.raises(ProviderUnavailable, match="no chunk store"):
        _client(mine).urls(Way.GET, [f"acme/{PACK}"])
