"""Writing and reading snapshots through the SDK, as a migration does."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

BLOCK = 524288


def content(letter: str) -> bytes:
    return letter.encode() * BLOCK


def checksum(data: bytes) -> str:
    return b64encode(sha256(data).digest()).decode()


def put(ebs: Any, snapshot_id: str, index: int, data: bytes, **changes: Any) -> None:
    request = {
        "SnapshotId": snapshot_id,
        "BlockIndex": index,
        "BlockData": data,
        "DataLength": len(data),
        "Checksum": checksum(data),
        "ChecksumAlgorithm": "SHA256",
    }
    ebs.put_snapshot_block(**request | changes)


def complete(ebs: Any, snapshot_id: str, *written: bytes) -> str:
    """Complete with the LINEAR checksum of what was written, in index order."""
    linear = sha256(b"".join(sha256(data).digest() for data in written)).digest()
    answer = ebs.complete_snapshot(
        SnapshotId=snapshot_id,
        ChangedBlocksCount=len(written),
        Checksum=b64encode(linear).decode(),
        ChecksumAlgorithm="SHA256",
        ChecksumAggregationMethod="LINEAR",
    )
    return str(answer["Status"])


def snapshot(ebs: Any, blocks: dict[int, bytes], **told: Any) -> str:
    """A completed snapshot with these blocks written."""
    made = ebs.start_snapshot(VolumeSize=1, **told)["SnapshotId"]
    for index, data in blocks.items():
        put(ebs, made, index, data)
    complete(ebs, made, *(blocks[index] for index in sorted(blocks)))
    return str(made)


def pages(operation: Callable[..., Any], **asked: Any) -> Iterator[Any]:
    """botocore has no paginator for this API. An empty page may have a successor."""
    page = operation(**asked)
    yield page
    while token := page.get("NextToken"):
        page = operation(**asked, NextToken=token)
        yield page


def listed(ebs: Any, snapshot_id: str, **told: Any) -> dict[int, str]:
    """Index -> block token, over all pages."""
    return {
        block["BlockIndex"]: block["BlockToken"]
        for page in pages(ebs.list_snapshot_blocks, SnapshotId=snapshot_id, **told)
        for block in page["Blocks"]
    }


def changed(ebs: Any, first: str, second: str) -> dict[int, tuple[bool, bool]]:
    """Index -> whether (the first, the second) snapshot has the block."""
    asked = {"FirstSnapshotId": first, "SecondSnapshotId": second}
    return {
        block["BlockIndex"]: ("FirstBlockToken" in block, "SecondBlockToken" in block)
        for page in pages(ebs.list_changed_blocks, **asked)
        for block in page["ChangedBlocks"]
    }


def read(ebs: Any, snapshot_id: str) -> dict[int, bytes]:
    """All blocks, each checked against the checksum that came with it."""
    found = {}
    for index, token in listed(ebs, snapshot_id).items():
        answer = ebs.get_snapshot_block(SnapshotId=snapshot_id, BlockIndex=index, BlockToken=token)
        found[index] = answer["BlockData"].read()
        assert answer["Checksum"] == checksum(found[index])
        assert answer["DataLength"] == BLOCK
    return found
