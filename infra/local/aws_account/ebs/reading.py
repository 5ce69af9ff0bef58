"""Reading snapshots: https://docs.aws.amazon.com/ebs/latest/userguide/readsnapshots.html"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from ..account import LocalAccount
from ..blocks import BLOCK_SIZE
from ..tokens import BLOCK_TOKEN_SECONDS, PAGE_TOKEN_SECONDS, BadToken
from ..wire import Call
from .errors import invalid
from .params import number, path_part, reply, snapshot_id_of
from .sources import readable

LEAST, MOST = 100, 10000
# (index, digest in the first snapshot or None, digest in the second or None)
Row = tuple[int, str | None, str | None]


class Reading:
    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    def get(self, call: Call) -> Response:
        """https://docs.aws.amazon.com/ebs/latest/APIReference/API_GetSnapshotBlock.html"""
        snapshot_id = snapshot_id_of(path_part(call, 1))
        index = number(path_part(call, 3), "BlockIndex", 0)
        readable(self._account, call.region, snapshot_id)
        try:
            claim = self._account.signer.read("block", call.query.get("blockToken", ""))
        except BadToken as e:
            raise invalid(f"The block token is {e}.", "INVALID_BLOCK_TOKEN") from e
        if claim != [snapshot_id, index]:
            raise invalid("The block token is another block's.", "INVALID_BLOCK_TOKEN")
        digest = self._account.maps.digest(snapshot_id, index)
        if digest is None:
            raise invalid(f"The snapshot has no block {index}.", "INVALID_BLOCK")
        headers = {
            "x-amz-Data-Length": str(BLOCK_SIZE),
            "x-amz-Checksum": b64encode(bytes.fromhex(digest)).decode(),
            "x-amz-Checksum-Algorithm": "SHA256",
        }
        data = self._account.blocks.get(digest)
        return Response(data, 200, headers, content_type="application/octet-stream")

    def list_blocks(self, call: Call) -> Response:
        """https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListSnapshotBlocks.html"""
        snapshot_id = snapshot_id_of(path_part(call, 1))
        snapshot = readable(self._account, call.region, snapshot_id)

        def rows(start: int, limit: int) -> list[Row]:
            found = self._account.maps.blocks(snapshot_id, start, limit)
            return [(index, None, digest) for index, digest in found]

        page, token = self._page(call, [snapshot_id], rows)
        blocks = [
            {"BlockIndex": index, "BlockToken": self._token(snapshot_id, index)}
            for index, _, _ in page
        ]
        return reply({"Blocks": blocks, **self._facts(snapshot), "NextToken": token}, 200)

    def list_changed(self, call: Call) -> Response:
        """https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListChangedBlocks.html"""
        second_id = snapshot_id_of(path_part(call, 1))
        first_id = snapshot_id_of(call.query.get("firstSnapshotId", ""))
        second = readable(self._account, call.region, second_id)
        readable(self._account, call.region, first_id)
        if self._account.maps.lineage(first_id) != self._account.maps.lineage(second_id):
            raise invalid(f"{first_id} and {second_id} are unrelated.", "UNRELATED_SNAPSHOTS")

        def rows(start: int, limit: int) -> list[Row]:
            return self._account.maps.changed(first_id, second_id, start, limit)

        page, token = self._page(call, [second_id, first_id], rows)
        changed = [self._changed(first_id, second_id, row) for row in page]
        return reply({"ChangedBlocks": changed, **self._facts(second), "NextToken": token}, 200)

    def _changed(self, first_id: str, second_id: str, row: Row) -> dict[str, Any]:
        """A token is absent where that snapshot does not have the block."""
        index, first, second = row
        told: dict[str, Any] = {"BlockIndex": index}
        if first:
            told["FirstBlockToken"] = self._token(first_id, index)
        if second:
            told["SecondBlockToken"] = self._token(second_id, index)
        return told

    def _page(
        self, call: Call, scope: list[str], rows: Callable[[int, int], list[Row]]
    ) -> tuple[list[Row], str | None]:
        """One page and the next one's token. An empty page with a token is legal, and so is one
        of fewer blocks than MaxResults."""
        size = number(call.query.get("maxResults", MOST), "MaxResults", LEAST, MOST)
        size = min(size, self._account.switches.page_blocks or size)
        token = call.query.get("pageToken")
        start = number(call.query.get("startingBlockIndex", 0), "StartingBlockIndex", 0)
        if token:
            start = self._start(token, scope)
        elif self._account.switches.empty_pages:
            return [], self._page_token(scope, start)
        found = rows(start, size + 1)
        if len(found) <= size:
            return found, None
        return found[:size], self._page_token(scope, found[size][0])

    def _start(self, token: str, scope: list[str]) -> int:
        try:
            *found, start = self._account.signer.read("page", token)
        except BadToken as e:
            raise invalid(f"The page token is {e}.", "INVALID_PAGE_TOKEN") from e
        if found != scope:
            raise invalid("The page token is another list's.", "INVALID_PAGE_TOKEN")
        return int(start)

    def _page_token(self, scope: list[str], start: int) -> str:
        return self._account.signer.issue("page", [*scope, start], PAGE_TOKEN_SECONDS)

    def _token(self, snapshot_id: str, index: int) -> str:
        return self._account.signer.issue("block", [snapshot_id, index], BLOCK_TOKEN_SECONDS)

    def _facts(self, snapshot: Any) -> dict[str, Any]:
        return {
            "ExpiryTime": int(self._account.clock.now()) + BLOCK_TOKEN_SECONDS,
            "VolumeSize": snapshot.volume_size,
            "BlockSize": BLOCK_SIZE,
        }
