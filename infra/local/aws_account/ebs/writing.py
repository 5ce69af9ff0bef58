"""Writing snapshots: https://docs.aws.amazon.com/ebs/latest/userguide/writesnapshots.html"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any

from moto.ec2.utils import random_snapshot_id
from werkzeug.wrappers import Response

from ..account import LocalAccount
from ..blocks import BLOCK_SIZE, BLOCKS_PER_GIB
from ..wire import Call
from . import sources
from .errors import EbsError, invalid, no_snapshot
from .params import header, number, path_part, reply, snapshot_id_of

# "The maximum size is 65536 GiB"; "the timeout defaults to 60 minutes", from 10 to 4320.
# https://docs.aws.amazon.com/ebs/latest/APIReference/API_StartSnapshot.html
MOST_GIB = 65536
# "any string that includes up to 64 ASCII characters", though the API's model allows 255:
# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-direct-api-idempotency.html
MOST_TOKEN = 64
_KNOWN = {
    "VolumeSize",
    "ParentSnapshotId",
    "Tags",
    "Description",
    "ClientToken",
    "Encrypted",
    "KmsKeyArn",
    "Timeout",
}


class Writing:
    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self._hidden: dict[str, int] = {}

    def start(self, call: Call) -> Response:
        """https://docs.aws.amazon.com/ebs/latest/APIReference/API_StartSnapshot.html"""
        asked = _asked(call)
        if len(str(asked.get("ClientToken", ""))) > MOST_TOKEN:
            raise invalid(f"ClientToken has at most {MOST_TOKEN} characters.")
        token = f"{call.region}/{asked.pop('ClientToken')}" if "ClientToken" in asked else None
        with self._account.lock, self._account.maps.transaction():
            known = self._account.maps.load("token", token) if token else None
            if known is None:
                known = {"asked": asked, "answer": self._begin(call.region, asked)}
                if token:
                    self._account.maps.save("token", token, known)
            elif known["asked"] != asked:
                raise EbsError(
                    "ConflictException",
                    "The client token was used for a request with other parameters.",
                )
        return reply(known["answer"], 201)

    def _begin(self, region: str, asked: dict[str, Any]) -> dict[str, Any]:
        size = self._checked_size(asked)
        parent_id = self._checked_parent(region, asked, size)
        snapshot_id, now = random_snapshot_id(), self._account.clock.now()
        tags = asked.get("Tags", [])
        parent = sources.find(self._account, region, parent_id) if parent_id else None
        sources.register(
            self._account,
            region,
            snapshot_id,
            size,
            description=asked.get("Description", ""),
            tags={tag["Key"]: tag.get("Value", "") for tag in tags},
            encrypted=parent.encrypted if parent else asked.get("Encrypted", False),
        )
        if parent_id:
            self._account.maps.derive(parent_id, snapshot_id)
        minutes = number(asked.get("Timeout", 60), "Timeout", 10, 4320)
        record = {"size": size, "timeout": minutes * 60, "last": now, "sealed": False}
        self._account.maps.save("snapshot", snapshot_id, record)
        self._hidden[snapshot_id] = self._account.switches.snapshot_visible_after
        return {
            "SnapshotId": snapshot_id,
            "OwnerId": self._account.account_id,
            "Status": "pending",
            "StartTime": now,
            "VolumeSize": size,
            "BlockSize": BLOCK_SIZE,
            "Tags": tags or None,
            "ParentSnapshotId": parent_id,
            "Description": asked.get("Description"),
            "KmsKeyArn": asked.get("KmsKeyArn"),
        }

    def _checked_size(self, asked: dict[str, Any]) -> int:
        size = asked.get("VolumeSize")
        if not isinstance(size, int) or not 1 <= size <= MOST_GIB:
            raise invalid(f"VolumeSize is from 1 to {MOST_GIB} GiB.", "INVALID_VOLUME_SIZE")
        return size

    def _checked_parent(self, region: str, asked: dict[str, Any], size: int) -> str | None:
        if "ParentSnapshotId" not in asked:
            return None
        if "Encrypted" in asked:
            raise invalid("ParentSnapshotId and Encrypted exclude each other.")
        parent_id = snapshot_id_of(asked["ParentSnapshotId"])
        parent = sources.readable(self._account, region, parent_id)
        if size < parent.volume_size:
            raise invalid(
                f"VolumeSize is less than the parent's {parent.volume_size} GiB.",
                "INVALID_VOLUME_SIZE",
            )
        return parent_id

    def put(self, call: Call) -> Response:
        """https://docs.aws.amazon.com/ebs/latest/APIReference/API_PutSnapshotBlock.html"""
        snapshot_id = snapshot_id_of(path_part(call, 1))
        self._open_record(call.region, snapshot_id)
        digest = _checked_data(call)
        with self._account.maps.transaction():
            # Looked at again: it may have been completed while the data was checked.
            record = self._open_record(call.region, snapshot_id)
            index = number(path_part(call, 3), "BlockIndex", 0)
            if index >= record["size"] * BLOCKS_PER_GIB:
                raise invalid(f"Block {index} is beyond the end.", "INVALID_BLOCK")
            self._account.maps.write(snapshot_id, index, self._account.blocks.put(call.body))
            record["last"] = self._account.clock.now()
            self._account.maps.save("snapshot", snapshot_id, record)
        headers = {"x-amz-Checksum": digest, "x-amz-Checksum-Algorithm": "SHA256"}
        return Response(b"", 201, headers)

    def complete(self, call: Call) -> Response:
        """https://docs.aws.amazon.com/ebs/latest/APIReference/API_CompleteSnapshot.html"""
        snapshot_id = snapshot_id_of(path_part(call, 2))
        claimed = number(header(call, "x-amz-changedblockscount"), "ChangedBlocksCount", 0)
        with self._account.lock, self._account.maps.transaction():
            record = self._open_record(call.region, snapshot_id)
            written = self._account.maps.written(snapshot_id)
            if claimed != len(written):
                raise invalid(f"{len(written)} blocks were written, not {claimed}.")
            _check_sum(call, [digest for _, digest in written])
            self._account.maps.save("snapshot", snapshot_id, record | {"sealed": True})
            status = sources.seal(self._account, call.region, snapshot_id)
        return reply({"Status": status}, 202)

    def _open_record(self, region: str, snapshot_id: str) -> dict[str, Any]:
        """Of a snapshot that takes writes. Raises ResourceNotFound, ValidationException."""
        if self._hidden.get(snapshot_id, 0) > 0:
            self._hidden[snapshot_id] -= 1
            raise no_snapshot(snapshot_id)
        snapshot = sources.find(self._account, region, snapshot_id)
        record = self._account.maps.load("snapshot", snapshot_id)
        if record is None or record["sealed"]:
            raise invalid(f"{snapshot_id} takes no more writes.", "INVALID_SNAPSHOT_ID")
        if self._account.clock.now() - record["last"] > record["timeout"]:
            snapshot.status = "error"
            self._account.dirty = True
            raise invalid(f"{snapshot_id} was cancelled.", "WRITE_REQUEST_TIMEOUT")
        return record


def _asked(call: Call) -> dict[str, Any]:
    try:
        asked: dict[str, Any] = call.json()
    except (ValueError, TypeError) as e:
        raise invalid("The body is not a JSON object.") from e
    if unknown := asked.keys() - _KNOWN:
        raise invalid(f"Unknown members: {sorted(unknown)}")
    # A copy through JSON compares equal to what the record holds.
    return dict(json.loads(json.dumps(asked)))


def _checked_data(call: Call) -> str:
    """The base64 checksum of the body, which the caller must have sent, and rightly."""
    length = number(header(call, "x-amz-data-length"), "DataLength", 0)
    if length != BLOCK_SIZE or len(call.body) != BLOCK_SIZE:
        raise invalid(f"The only supported data length is {BLOCK_SIZE}.")
    if "x-amz-progress" in call.headers:
        number(call.headers["x-amz-progress"], "Progress", 0, 100)
    if header(call, "x-amz-checksum-algorithm") != "SHA256":
        raise invalid("The only supported checksum algorithm is SHA256.")
    digest = b64encode(sha256(call.body).digest()).decode()
    if header(call, "x-amz-checksum") != digest:
        raise invalid("The checksum does not match the data.")
    return digest


def _check_sum(call: Call, digests: list[str]) -> None:
    """LINEAR: SHA-256 over the raw digests of the written blocks, by rising index.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapis-using-checksums.html
    """
    told = call.headers.get("x-amz-checksum")
    if told is None:
        return
    if header(call, "x-amz-checksum-algorithm") != "SHA256":
        raise invalid("The only supported checksum algorithm is SHA256.")
    if header(call, "x-amz-checksum-aggregation-method") != "LINEAR":
        raise invalid("The only supported aggregation method is LINEAR.")
    linear = sha256(b"".join(bytes.fromhex(digest) for digest in digests)).digest()
    if told != b64encode(linear).decode():
        raise invalid("The checksum does not match the written blocks.")
