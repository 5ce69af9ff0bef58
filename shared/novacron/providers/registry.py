"""Provider type -> adapter class, imported on first use: no request pays for another's SDK."""

from __future__ import annotations

from importlib import import_module

from novacron.models.account import ProviderType
from novacron.providers.base import CloudProvider

ADAPTERS: dict[ProviderType, str] = {
    ProviderType.AWS: "novacron.providers.aws.provider:AwsProvider",
    ProviderType.AZURE: "novacron.providers.azure.provider:AzureProvider",
    ProviderType.GCP: "novacron.providers.gcp.provider:GcpProvider",
    ProviderType.LIBVIRT: "novacron.providers.libvirt.provider:LibvirtProvider",
    ProviderType.AGENT: "novacron.providers.agent.provider:AgentProvider",
    ProviderType.MEMORY: "novacron.providers.memory.provider:MemoryProvider",
}


def adapter(kind: ProviderType) -> type[CloudProvider]:
    """The adapter class of ``kind``. Raises ImportError when its SDK is not installed."""
    module, _, name = ADAPTERS[kind].partition(":")
    loaded = getattr(import_module(module), name)
    if not (isinstance(loaded, type) and issubclass(loaded, CloudProvider)):
        raise TypeError(f"{ADAPTERS[kind]} is not a CloudProvider")
    return loaded
