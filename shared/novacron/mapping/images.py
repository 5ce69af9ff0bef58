"""Image aliases to what each provider calls the image. What is no alias passes through as an id.

A new image is a row in each of ``AWS_IMAGES``, ``AZURE_IMAGES`` and ``GCP_IMAGES``, a new provider
a row in ``RESOLVERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from novacron.errors import InvalidSpec
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.vm import Architecture


class ImageQuery(Model):
    """How to find an image: ``id`` is it (on Azure also publisher:offer:sku:version); otherwise
    the newest of ``owner`` that fits ``name_pattern`` (wildcard ``*``), or, where that is
    quicker, what ``ssm_parameter`` holds; or the newest image of ``owner``'s ``family``."""

    id: str | None = None
    owner: str | None = None
    name_pattern: str | None = None
    ssm_parameter: str | None = None
    family: str | None = None


@dataclass(frozen=True)
class AwsImage:
    """``{arch}`` stands for the vendor's word for the architecture."""

    owner: str
    name: str
    ssm: str
    words: Mapping[Architecture, str]


_DEBIAN_WORDS = {Architecture.X86_64: "amd64", Architecture.ARM64: "arm64"}
_AMAZON_WORDS = {Architecture.X86_64: "x86_64", Architecture.ARM64: "arm64"}
_DEBIAN = "136693071363"  # https://wiki.debian.org/Cloud/AmazonEC2Image
_CANONICAL = (
    "099720109477"  # https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
)
# https://docs.aws.amazon.com/linux/al2023/ug/ec2.html; "amazon" is EC2's own owner alias.
_AMAZON = "amazon"


def _debian(release: str) -> AwsImage:
    return AwsImage(
        _DEBIAN,
        f"debian-{release}-{{arch}}-*",
        f"/aws/service/debian/release/{release}/latest/{{arch}}",
        _DEBIAN_WORDS,
    )


def _ubuntu(release: str, series: str, disk: str, volume: str) -> AwsImage:
    return AwsImage(
        _CANONICAL,
        f"ubuntu/images/{disk}/ubuntu-{series}-{release}-{{arch}}-server-*",
        f"/aws/service/canonical/ubuntu/server/{release}/stable/current/{{arch}}/hvm/{volume}/ami-id",
        _DEBIAN_WORDS,
    )


AWS_IMAGES: Mapping[str, AwsImage] = {
    "debian-12": _debian("12"),
    "debian-13": _debian("13"),
    "ubuntu-22.04": _ubuntu("22.04", "jammy", "hvm-ssd", "ebs-gp2"),
    "ubuntu-24.04": _ubuntu("24.04", "noble", "hvm-ssd-gp3", "ebs-gp3"),
    "amazon-linux-2023": AwsImage(
        _AMAZON,
        "al2023-ami-2023.*-kernel-6.1-{arch}",
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-{arch}",
        _AMAZON_WORDS,
    ),
}
ALIASES = frozenset(AWS_IMAGES)

# Offers and SKUs of generation 2: https://wiki.debian.org/Cloud/MicrosoftAzure,
# https://documentation.ubuntu.com/azure/azure-how-to/instances/find-ubuntu-images/
AZURE_IMAGES: Mapping[str, Mapping[Architecture, str]] = {
    alias: {
        Architecture.X86_64: f"{offer}:{x86}:latest",
        Architecture.ARM64: f"{offer}:{arm}:latest",
    }
    for alias, offer, x86, arm in (
        ("debian-12", "Debian:debian-12", "12-gen2", "12-arm64"),
        ("debian-13", "Debian:debian-13", "13-gen2", "13-arm64"),
        (
            "ubuntu-22.04",
            "Canonical:0001-com-ubuntu-server-jammy",
            "22_04-lts-gen2",
            "22_04-lts-arm64",
        ),
        ("ubuntu-24.04", "Canonical:ubuntu-24_04-lts", "server", "server-arm64"),
    )
}


def _aws(image: str, architecture: Architecture) -> ImageQuery:
    found = AWS_IMAGES[image]
    word = found.words[architecture]
    return ImageQuery(
        owner=found.owner,
        name_pattern=found.name.format(arch=word),
        ssm_parameter=found.ssm.format(arch=word),
    )


def _azure(image: str, architecture: Architecture) -> ImageQuery:
    if image not in AZURE_IMAGES:
        raise InvalidSpec(
            f"Azure has no {image}.", field="image", remedy="Its maker publishes it on AWS alone."
        )
    return ImageQuery(id=AZURE_IMAGES[image][architecture])


# (project, family by architecture): https://cloud.google.com/compute/docs/images/os-details
GCP_IMAGES: Mapping[str, tuple[str, Mapping[Architecture, str]]] = {
    alias: (project, {Architecture.X86_64: x86_64, Architecture.ARM64: arm64})
    for alias, project, x86_64, arm64 in (
        ("debian-12", "debian-cloud", "debian-12", "debian-12-arm64"),
        ("debian-13", "debian-cloud", "debian-13", "debian-13-arm64"),
        ("ubuntu-22.04", "ubuntu-os-cloud", "ubuntu-2204-lts", "ubuntu-2204-lts-arm64"),
        ("ubuntu-24.04", "ubuntu-os-cloud", "ubuntu-2404-lts-amd64", "ubuntu-2404-lts-arm64"),
    )
}


def _gcp(image: str, architecture: Architecture) -> ImageQuery:
    if image not in GCP_IMAGES:
        raise InvalidSpec(f"Google has no image {image!r}.", field="image")
    project, families = GCP_IMAGES[image]
    return ImageQuery(owner=project, family=families[architecture])


def _by_name(image: str, architecture: Architecture) -> ImageQuery:
    """A pool holds one architecture under the alias itself, the other with a suffix."""
    suffix = "" if architecture is Architecture.X86_64 else f"-{architecture.value}"
    return ImageQuery(id=image + suffix)


RESOLVERS: Mapping[ProviderType, Callable[[str, Architecture], ImageQuery]] = {
    ProviderType.AWS: _aws,
    ProviderType.AZURE: _azure,
    ProviderType.GCP: _gcp,
    ProviderType.LIBVIRT: _by_name,
    ProviderType.MEMORY: _by_name,
}


def resolve(provider: ProviderType, image: str, architecture: Architecture) -> ImageQuery:
    """What is no alias is taken as the provider's own id.

    Raises:
        InvalidSpec: (image) an alias that the provider has no image of.
    """
    if image not in ALIASES:
        return ImageQuery(id=image)
    return RESOLVERS[provider](image, architecture)
