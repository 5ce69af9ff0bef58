"""Blocks of snapshots through the EBS direct APIs: which there are, and what they hold.

https://docs.aws.amazon.com/ebs/latest/userguide/readsnapshots.html
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from sys import maxsize
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

from novacron.errors import Corrupted
from novacron.providers.aws.auth import AwsAccount
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.block_tokens import HOLE, BlockTokens, Gaps
from novacron.providers.aws.errors import reason_of, translated

GIB = 1024**3
BLOCK_BYTES = 512 * 1024
WINDOW = 512
"""Blocks whose tokens are asked for together when one is missing."""

# MaxResults of both listings:
# https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListSnapshotBlocks.html
_LEAST, _MOST = 100, 10_000


Block = tuple[int, str]
"""(index, token); HOLE for the token of what the snapshot has no block of: it reads as zeros."""


class AwsBlocks(AwsBase):
    def __init__(self, account: AwsAccount) -> None:
        super().__init__(account)
        self._tokens = BlockTokens()
        self._gaps = Gaps()
        self._listing = Lock()

    def blocks(
        self, snapshot_id: str, since_id: str | None, start: int, end: int
    ) -> Iterator[Block]:
        """The snapshot's blocks in [start, end) by rising index; those that differ from
        ``since_id``, if it is given.

        Page tokens live for an hour, and nobody knows when we are asked for more: only an empty
        page's token is used, and at once. After any other the listing begins anew behind it.
        """
        start, page_token = self._gaps.behind(snapshot_id, since_id, start), None
        while start < end:
            found, page_token = self._page(snapshot_id, since_id, start, end, page_token)
            for block in found:
                if block[0] >= end:
                    self._gaps.keep(snapshot_id, since_id, start, block[0])
                    return
                start = block[0] + 1
                yield block
            if page_token is None:
                self._gaps.keep(snapshot_id, since_id, start, maxsize)
                return
            if found:
                page_token = None

    def read_blocks(self, snapshot_id: str, offset: int, length: int) -> bytes:
        """Any range of bytes. Raises Corrupted for what is not as the service summed it up."""
        first, end = offset // BLOCK_BYTES, -(-(offset + length) // BLOCK_BYTES)
        data = b"".join(self._block(snapshot_id, index) for index in range(first, end))
        start = offset - first * BLOCK_BYTES
        return data[start : start + length]

    @translated
    def _page(
        self, snapshot_id: str, since_id: str | None, start: int, end: int, page_token: str | None
    ) -> tuple[list[Block], str | None]:
        """One page, which may be empty, and the next one's token."""
        region, native = self.locate(snapshot_id)
        ebs = self.client("ebs", region)
        asked: dict[str, Any] = {"MaxResults": min(max(end - start, _LEAST), _MOST)}
        asked |= {"NextToken": page_token} if page_token else {"StartingBlockIndex": start}
        if since_id is None:
            answer = ebs.list_snapshot_blocks(SnapshotId=native, **asked)
            found = [(one["BlockIndex"], one["BlockToken"]) for one in answer["Blocks"]]
        else:
            first = self.here(since_id, region, "since")
            answer = ebs.list_changed_blocks(
                FirstSnapshotId=first, SecondSnapshotId=native, **asked
            )
            # Without a second token only the first snapshot has the block: it became zeros.
            found = [
                (one["BlockIndex"], one.get("SecondBlockToken", HOLE))
                for one in answer["ChangedBlocks"]
            ]
        self._tokens.keep(snapshot_id, dict(found))
        return found, answer.get("NextToken")

    @translated
    def _block(self, snapshot_id: str, index: int) -> bytes:
        token = self._token(snapshot_id, index)
        try:
            return self._get(snapshot_id, index, token)
        except ClientError as error:
            if reason_of(error) != "INVALID_BLOCK_TOKEN":
                raise
        # Block tokens live for seven days; a copy that was paused may come back later.
        self._tokens.forget(snapshot_id, index, token)
        return self._get(snapshot_id, index, self._token(snapshot_id, index))

    def _token(self, snapshot_id: str, index: int) -> str:
        # One at a time, so that readers of neighbours list them once.
        with self._listing:
            known = self._tokens.get(snapshot_id, index)
            if known is not None:
                return known
            start = index - index % WINDOW
            there = dict(self.blocks(snapshot_id, None, start, start + WINDOW))
            listed = {one: there.get(one, HOLE) for one in range(start, start + WINDOW)}
            self._tokens.keep(snapshot_id, listed)
            return listed[index]

    def _get(self, snapshot_id: str, index: int, token: str) -> bytes:
        if token == HOLE:
            return bytes(BLOCK_BYTES)
        region, native = self.locate(snapshot_id)
        answer = self.client("ebs", region).get_snapshot_block(
            SnapshotId=native, BlockIndex=index, BlockToken=token
        )
        data: bytes = answer["BlockData"].read()
        if len(data) != BLOCK_BYTES or checksum(data) != answer["Checksum"]:
            raise Corrupted(f"Block {index} of {snapshot_id} does not match its checksum.")
        return data


def checksum(data: bytes) -> str:
    """https://docs.aws.amazon.com/ebs/latest/userguide/ebsapis-using-checksums.html"""
    return b64encode(sha256(data).digest()).decode()
