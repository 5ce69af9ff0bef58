"""Disks into EC2: a snapshot that is written block by block, and a VM made from it.

https://docs.aws.amazon.com/ebs/latest/userguide/writesnapshots.html
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

from botocore.exceptions import ClientError

from novacron.errors import InvalidSpec, NotFound
from novacron.mapping.volumes import native_volume
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.transfer import Import, ImportSpec, TransferState
from novacron.models.volume import SnapshotState
from novacron.providers.aws.assembly import VOLUME_CLASS, AwsAssembly, image_name
from novacron.providers.aws.blocks import BLOCK_BYTES, GIB, AwsBlocks, checksum
from novacron.providers.aws.errors import reason_of, translated
from novacron.providers.aws.launch import encrypted
from novacron.providers.aws.ownership import owned, tag_specifications
from novacron.providers.aws.snapshots import AwsSnapshots
from novacron.providers.transfer import CheckedSeal, DiskImport

# The longest that EBS keeps a snapshot open without a write, in minutes: the rounds of a copy may
# be days apart. https://docs.aws.amazon.com/ebs/latest/APIReference/API_StartSnapshot.html
_TIMEOUT = 4320


class AwsImports(AwsSnapshots, AwsAssembly, AwsBlocks, DiskImport, CheckedSeal):
    """The snapshot stays pending over all rounds: a block may be written again until then."""

    unreadable = "EBS reads no snapshot before it is complete."

    @translated
    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        size = -(-spec.size_bytes // GIB)
        _check_volume(spec, size)
        tags = tag_specifications(["snapshot"], spec.name, spec.tags, owner, spec)[0]["Tags"]
        request: dict[str, Any] = {
            "VolumeSize": size,
            "ClientToken": _client_token(spec, owner),
            "Description": f"Disk {spec.index} of {spec.name}",
            "Timeout": _TIMEOUT,
            "Tags": tags,
        }
        if encrypted(self.account.encrypt, copied=False):
            request["Encrypted"] = True
        answer = self.client("ebs", spec.region).start_snapshot(**request)
        return Import(
            id=self.public_id(spec.region, answer["SnapshotId"]),
            state=TransferState.OPEN,
            size_bytes=spec.size_bytes,
            access={VOLUME_CLASS: spec.volume_class.value},
        )

    def get_import(self, target: Import) -> Import:
        state = self.get_snapshot(target.id).state
        if state is SnapshotState.PENDING:
            return target  # EC2 tells no open snapshot from one that is being completed
        if state is SnapshotState.ERROR:
            return target.model_copy(update={"state": TransferState.ERROR})
        ready = {"state": TransferState.READY, "volume_id": target.id}
        return target.model_copy(update=ready)

    @translated
    def write(self, target: Import, offset: int, data: bytes) -> None:
        region, native = self.locate(target.id)
        for start in range(0, len(data), BLOCK_BYTES):
            block = data[start : start + BLOCK_BYTES].ljust(BLOCK_BYTES, b"\0")
            self.client("ebs", region).put_snapshot_block(
                SnapshotId=native,
                BlockIndex=(offset + start) // BLOCK_BYTES,
                BlockData=block,
                DataLength=BLOCK_BYTES,
                Checksum=checksum(block),
                ChecksumAlgorithm="SHA256",
            )

    def seal_import(self, target: Import, written: int) -> Import:
        return self._complete(target, {"ChangedBlocksCount": written})

    def seal_checked(self, target: Import, written: int, checksum: bytes) -> Import:
        """https://docs.aws.amazon.com/ebs/latest/APIReference/API_CompleteSnapshot.html"""
        told = {
            "ChangedBlocksCount": written,
            "Checksum": b64encode(checksum).decode(),
            "ChecksumAlgorithm": "SHA256",
            "ChecksumAggregationMethod": "LINEAR",
        }
        return self._complete(target, told)

    @translated
    def _complete(self, target: Import, told: dict[str, Any]) -> Import:
        region, native = self.locate(target.id)
        try:
            self.client("ebs", region).complete_snapshot(SnapshotId=native, **told)
        except ClientError as error:
            # It takes no more writes: it was sealed before, or has failed, which a look tells.
            if reason_of(error) != "INVALID_SNAPSHOT_ID":
                raise
        return self.get_import(target.model_copy(update={"state": TransferState.SEALING}))

    def read_back(self, target: Import, offset: int, length: int) -> bytes:
        return self.read_blocks(target.id, offset, length)

    @translated
    def delete_import(self, target: Import) -> None:
        """A VM's volumes do not need the snapshot any more, nor its instance the image."""
        region, native = self.locate(target.id)
        ec2 = self.ec2(region)
        made_from: Any = [{"Name": "block-device-mapping.snapshot-id", "Values": [native]}]
        for image in ec2.describe_images(Owners=["self"], Filters=made_from)["Images"]:
            # Somebody else's image of this snapshot is left alone, and so is then the snapshot.
            if image["Name"] == image_name(owned(image.get("Tags", [])).operation):
                ec2.deregister_image(ImageId=image["ImageId"])
        try:
            self.delete_snapshot(target.id)
        except NotFound:
            return


def _client_token(spec: ImportSpec, owner: Ownership) -> str:
    """At most 64 characters, which an operation may have already:
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-direct-api-idempotency.html"""
    return sha256(f"{owner.tenant}/{owner.operation}/{spec.index}".encode()).hexdigest()


def _check_volume(spec: ImportSpec, size_gib: int) -> None:
    """That there is a volume for the disk is known before it is copied, not after."""
    kind = native_volume(ProviderType.AWS, spec.volume_class, size_gib)
    if spec.index == 0 and kind.type == "st1":
        # https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
        raise InvalidSpec("No instance boots from st1.", field="volume_class")
