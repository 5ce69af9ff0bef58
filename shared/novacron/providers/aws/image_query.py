"""Which image a VM starts from: an id, an alias's newest image, or a public parameter's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from novacron.errors import InvalidSpec
from novacron.mapping.images import resolve
from novacron.models.account import ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.aws.errors import code_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef


def find_image(ec2: EC2Client, ssm: Callable[[], Any], spec: VmSpec) -> ImageTypeDef:
    """EC2's description of ``spec.image``. InvalidSpec (image) when there is none."""
    query = resolve(ProviderType.AWS, spec.image, spec.architecture)
    if query.id is not None:
        return _by_id(ec2, query.id.rpartition("/")[2], spec)
    if query.name_pattern is not None:  # one call and no further permission: before SSM
        return _newest(ec2, query.owner or "self", query.name_pattern, spec)
    answer = ssm().get_parameter(Name=query.ssm_parameter)
    return _by_id(ec2, answer["Parameter"]["Value"], spec)


def _newest(ec2: EC2Client, owner: str, pattern: str, spec: VmSpec) -> ImageTypeDef:
    found = ec2.describe_images(
        Owners=[owner],
        Filters=[
            {"Name": "name", "Values": [pattern]},
            {"Name": "architecture", "Values": [spec.architecture.value]},
            {"Name": "state", "Values": ["available"]},
        ],
    )["Images"]
    if not found:
        raise InvalidSpec(f"No image in {spec.region} matches {spec.image!r}.", field="image")
    return max(found, key=lambda image: (image.get("CreationDate", ""), image["ImageId"]))


def _by_id(ec2: EC2Client, image_id: str, spec: VmSpec) -> ImageTypeDef:
    try:
        found = ec2.describe_images(ImageIds=[image_id])["Images"]
    except ClientError as error:
        if not code_of(error).startswith("InvalidAMIID"):
            raise
        found = []
    if not found:
        raise InvalidSpec(f"There is no image {spec.image!r} in {spec.region}.", field="image")
    return found[0]
