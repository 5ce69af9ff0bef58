"""The in-memory provider, put together."""

from __future__ import annotations

from novacron.errors import NovaCronError
from novacron.models.account import Health, Identity, ProviderType
from novacron.providers.base import CloudProvider, OnlineVolumeResize, SpotVms
from novacron.providers.memory.cloud import call
from novacron.providers.memory.compute import MemoryVms
from novacron.providers.memory.networks import MemoryNetworks
from novacron.providers.memory.quota import MemoryAccounting
from novacron.providers.memory.snapshots import MemoryImages, MemorySnapshots
from novacron.providers.memory.volumes import MemoryVolumes


class MemoryProvider(
    MemoryVms,
    MemoryVolumes,
    MemorySnapshots,
    MemoryImages,
    MemoryNetworks,
    MemoryAccounting,
    CloudProvider,
    SpotVms,
    OnlineVolumeResize,
):
    """Everything of the contract, in this process."""

    type = ProviderType.MEMORY

    @call
    def authenticate(self) -> Identity:
        return Identity(type=self.type, account="memory", principal="anyone")

    def validate_credentials(self) -> Health:
        return self.health()

    def health(self) -> Health:
        try:
            self.authenticate()
        except NovaCronError as error:
            return Health(healthy=False, detail=error.detail)
        return Health(healthy=True, detail="The in-memory cloud answers.")
