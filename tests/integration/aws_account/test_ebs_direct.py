"""The EBS direct API is as strict as AWS's: a delta that works here may work there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.aws_account import Server
from infra.local.aws_account.guest import read_volume, write_volume
from infra.local.aws_account.tokens import BLOCK_TOKEN_SECONDS, PAGE_TOKEN_SECONDS
from tests.integration.aws_account.blocks import (
    BLOCK,
    changed,
    complete,
    content,
    listed,
    put,
    read,
    snapshot,
)

A, B, C = content("a"), content("b"), content("c")


@contextmanager
def _refused(reason: str | None, code: str = "ValidationException") -> Iterator[None]:
    """Expects the error of this code and reason."""
    with pytest.raises(ClientError) as caught:
        yield
    response: Any = caught.value.response
    assert (response["Error"]["Code"], response.get("Reason")) == (code, reason)


def test_a_chain_of_parents_keeps_what_no_child_wrote(ebs: Any) -> None:
    first = snapshot(ebs, {0: A, 7: A, 2047: A})
    second = snapshot(ebs, {7: B}, ParentSnapshotId=first)
    third = snapshot(ebs, {8: C}, ParentSnapshotId=second)
    assert read(ebs, third) == {0: A, 7: B, 8: C, 2047: A}
    assert read(ebs, first) == {0: A, 7: A, 2047: A}


def test_changed_blocks_in_both_directions(ebs: Any) -> None:
    base = snapshot(ebs, {0: A, 1: A})
    left = snapshot(ebs, {1: B}, ParentSnapshotId=base)
    right = snapshot(ebs, {2: C}, ParentSnapshotId=base)
    assert changed(ebs, base, left) == {1: (True, True)}
    assert changed(ebs, base, right) == {2: (False, True)}
    assert changed(ebs, right, base) == {2: (True, False)}
    assert changed(ebs, left, right) == {1: (True, True), 2: (False, True)}
    assert changed(ebs, base, base) == {}


def test_unrelated_snapshots_are_not_compared(ebs: Any) -> None:
    with _refused("UNRELATED_SNAPSHOTS"):
        changed(ebs, snapshot(ebs, {0: A}), snapshot(ebs, {0: A}))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (A, {"Checksum": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
        (A[: BLOCK // 2], {}),
        (A, {"DataLength": 512}),
    ],
)
def test_a_damaged_block_is_refused(ebs: Any, data: bytes, told: dict[str, Any]) -> None:
    made = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    with _refused("INVALID_PARAMETER_VALUE"):
        put(ebs, made, 0, data, **told)
    complete(ebs, made)
    assert listed(ebs, made) == {}


def test_a_block_beyond_the_end_is_refused(ebs: Any) -> None:
    made = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    with _refused("INVALID_BLOCK"):
        put(ebs, made, 2048, A)


def test_a_completed_snapshot_takes_no_write(ebs: Any) -> None:
    made = snapshot(ebs, {0: A})
    with _refused("INVALID_SNAPSHOT_ID"):
        put(ebs, made, 1, B)
    with _refused("INVALID_SNAPSHOT_ID"):
        complete(ebs, made, A)
    assert read(ebs, made) == {0: A}


def test_completion_counts_and_sums_what_was_written(ebs: Any) -> None:
    made = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    for index, data in ((0, B), (1, A), (0, A)):
        put(ebs, made, index, data)
    for wrong in ((A,), (A, B), (A, A, A)):
        with _refused("INVALID_PARAMETER_VALUE"):
            complete(ebs, made, *wrong)
    assert complete(ebs, made, A, A) == "completed"


def test_a_pending_snapshot_cannot_be_read_or_built_upon(ebs: Any) -> None:
    made = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    with _refused("INVALID_SNAPSHOT_ID"):
        listed(ebs, made)
    with _refused("INVALID_SNAPSHOT_ID"):
        ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=made)


def test_pages_of_a_hundred(ebs: Any, server: Server) -> None:
    made = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    digest = server.account.blocks.put(A)
    for index in range(0, 500, 2):
        server.account.maps.write(made, index, digest)
    complete(ebs, made, *[A] * 250)
    first = ebs.list_snapshot_blocks(SnapshotId=made, MaxResults=100)
    assert (len(first["Blocks"]), first["BlockSize"], first["VolumeSize"]) == (100, BLOCK, 1)
    assert list(listed(ebs, made, MaxResults=100)) == list(range(0, 500, 2))
    assert min(listed(ebs, made, StartingBlockIndex=401)) == 402
    with pytest.raises(ClientError):
        ebs.list_snapshot_blocks(SnapshotId=snapshot(ebs, {0: A}), NextToken=first["NextToken"])
    server.account.switches.page_blocks = 7
    try:
        assert len(ebs.list_snapshot_blocks(SnapshotId=made)["Blocks"]) == 7
        assert len(listed(ebs, made)) == 250
    finally:
        server.account.switches.page_blocks = 0
    server.account.switches.empty_pages = True
    try:
        empty = ebs.list_snapshot_blocks(SnapshotId=made)
        assert (empty["Blocks"], bool(empty["NextToken"])) == ([], True)
        assert len(listed(ebs, made)) == 250
    finally:
        server.account.switches.empty_pages = False


def test_tokens_are_for_one_block_of_one_snapshot(ebs: Any) -> None:
    made, other = snapshot(ebs, {0: A, 1: A}), snapshot(ebs, {0: A})
    tokens = listed(ebs, made)
    for token in (tokens[1], listed(ebs, other)[0], "AAAA", tokens[0][:-4] + "AAAA"):
        with _refused("INVALID_BLOCK_TOKEN"):
            ebs.get_snapshot_block(SnapshotId=made, BlockIndex=0, BlockToken=token)


def test_tokens_grow_old(ebs: Any, server: Server) -> None:
    made = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    digest = server.account.blocks.put(A)
    for index in range(101):
        server.account.maps.write(made, index, digest)
    complete(ebs, made, *[A] * 101)
    first = ebs.list_snapshot_blocks(SnapshotId=made, MaxResults=100)
    server.account.clock.advance(PAGE_TOKEN_SECONDS)
    with _refused("INVALID_PAGE_TOKEN"):
        ebs.list_snapshot_blocks(SnapshotId=made, NextToken=first["NextToken"])
    block = first["Blocks"][0]
    asked = {"SnapshotId": made, "BlockIndex": 0, "BlockToken": block["BlockToken"]}
    assert ebs.get_snapshot_block(**asked)["BlockData"].read() == A
    server.account.clock.advance(BLOCK_TOKEN_SECONDS)
    with _refused("INVALID_BLOCK_TOKEN"):
        ebs.get_snapshot_block(**asked)


def test_a_client_token_makes_one_snapshot(ebs: Any) -> None:
    made = ebs.start_snapshot(VolumeSize=1, ClientToken="t1")["SnapshotId"]
    assert ebs.start_snapshot(VolumeSize=1, ClientToken="t1")["SnapshotId"] == made
    with _refused(None, "ConflictException"):
        ebs.start_snapshot(VolumeSize=2, ClientToken="t1")
    with _refused("INVALID_PARAMETER_VALUE"):
        ebs.start_snapshot(VolumeSize=1, ClientToken="t" * 65)


def test_a_snapshot_that_is_left_alone_is_cancelled(ebs: Any, server: Server) -> None:
    made = ebs.start_snapshot(VolumeSize=1, Timeout=10)["SnapshotId"]
    put(ebs, made, 0, A)
    server.account.clock.advance(601)
    with _refused("WRITE_REQUEST_TIMEOUT"):
        put(ebs, made, 1, A)


def test_what_ebs_wrote_ec2_restores_and_back(ebs: Any, ec2: Any, server: Server) -> None:
    made = snapshot(ebs, {3: A})
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, SnapshotId=made)["VolumeId"]
    assert read_volume(server.account, volume, 3 * BLOCK, 4) == b"aaaa"
    write_volume(server.account, volume, 5 * BLOCK + 8, b"guest")
    taken = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    assert changed(ebs, made, taken) == {5: (False, True)}
    assert read(ebs, taken)[5][8:13] == b"guest"


def test_the_documented_rates_are_held_when_switched_on(ebs: Any, server: Server) -> None:
    server.account.switches.quotas = {"StartSnapshot": 2}
    server.account.clock.freeze()
    try:
        for _ in range(2):
            ebs.start_snapshot(VolumeSize=1)
        with _refused("ACCOUNT_THROTTLED", "RequestThrottledException"):
            ebs.start_snapshot(VolumeSize=1)
        server.account.clock.advance(1)
        ebs.start_snapshot(VolumeSize=1)
    finally:
        server.account.clock.thaw()
        server.account.switches.quotas = {}
