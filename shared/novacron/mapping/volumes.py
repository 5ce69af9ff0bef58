"""Volume classes to providers' volume types, and back. Adding a provider is one row in ``RULES``.

``iops`` and ``throughput_mibps`` are what the volume must reach at least: less than a type's
minimum is rounded up to it. The reverse tells the class of the type that is really there, which
is not always the class that was asked for (see ``volumes_aws``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from novacron.errors import Unsupported
from novacron.mapping.volume_types import NativeVolume
from novacron.mapping.volumes_aws import CLASSES as AWS_CLASSES
from novacron.mapping.volumes_aws import native as aws_native
from novacron.mapping.volumes_azure import CLASSES as AZURE_CLASSES
from novacron.mapping.volumes_azure import native as azure_native
from novacron.mapping.volumes_gcp import CLASSES as GCP_CLASSES
from novacron.mapping.volumes_gcp import native as gcp_native
from novacron.models.account import ProviderType
from novacron.models.volume import VolumeClass

__all__ = ["NativeVolume", "native_volume", "volume_class"]


class _Native(Protocol):
    def __call__(
        self, wanted: VolumeClass, size_gib: int, iops: int | None, throughput: int | None
    ) -> NativeVolume: ...


@dataclass(frozen=True)
class VolumeRules:
    """``classes`` names every type that can be met there, also those we never make."""

    native: _Native
    classes: Mapping[str, VolumeClass]


def _libvirt(
    wanted: VolumeClass, size_gib: int, iops: int | None, throughput: int | None
) -> NativeVolume:
    """One pool, one format: classes differ in nothing; figures become blkdeviotune limits
    (https://libvirt.org/formatdomain.html#block-i-o-tuning)."""
    del wanted, size_gib
    return NativeVolume(type="qcow2", iops=iops, throughput_mibps=throughput)


def _memory(
    wanted: VolumeClass, size_gib: int, iops: int | None, throughput: int | None
) -> NativeVolume:
    del size_gib
    return NativeVolume(type=wanted.value, iops=iops, throughput_mibps=throughput)


RULES: Mapping[ProviderType, VolumeRules] = {
    ProviderType.AWS: VolumeRules(aws_native, AWS_CLASSES),
    ProviderType.AZURE: VolumeRules(azure_native, AZURE_CLASSES),
    ProviderType.GCP: VolumeRules(gcp_native, GCP_CLASSES),
    ProviderType.LIBVIRT: VolumeRules(
        _libvirt, {"qcow2": VolumeClass.BALANCED, "raw": VolumeClass.BALANCED}
    ),
    ProviderType.MEMORY: VolumeRules(_memory, {one.value: one for one in VolumeClass}),
}


def native_volume(
    provider: ProviderType,
    volume_class: VolumeClass,
    size_gib: int,
    iops: int | None = None,
    throughput_mibps: int | None = None,
) -> NativeVolume:
    """The type to ask the provider for, with the figures it needs.

    Raises:
        InvalidSpec: size or figures outside the type's limits; ``field`` is the one at fault.
        Unsupported: the class cannot have the figure on this provider.
    """
    return RULES[provider].native(volume_class, size_gib, iops, throughput_mibps)


def volume_class(provider: ProviderType, native_type: str) -> VolumeClass:
    """The class of a type that the provider reports.

    Raises:
        Unsupported: a type that we do not know.
    """
    try:
        return RULES[provider].classes[native_type]
    except KeyError:
        raise Unsupported(
            f"{provider.value} volume type {native_type!r} has no volume class"
        ) from None
