"""The in-memory provider, put together."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Self

from novacron.errors import AuthenticationFailed, InvalidSpec, NovaCronError, Unsupported
from novacron.models.account import Health, Identity, ProviderType
from novacron.providers.base import CloudProvider, OnlineVolumeResize, SpotVms
from novacron.providers.memory.addresses import MemoryAddresses
from novacron.providers.memory.capacity_reservations import MemoryCapacityReservations
from novacron.providers.memory.cloud import call
from novacron.providers.memory.commitments import MemoryCommitments
from novacron.providers.memory.compute import MemoryVms
from novacron.providers.memory.dns import MemoryDns
from novacron.providers.memory.guest import MemoryGuests
from novacron.providers.memory.keeper import FileKeeper
from novacron.providers.memory.load_balancers import MemoryLoadBalancers
from novacron.providers.memory.networks import MemoryNetworks
from novacron.providers.memory.quota import MemoryAccounting
from novacron.providers.memory.rotation import MemoryRotation
from novacron.providers.memory.snapshots import MemoryImages, MemorySnapshots
from novacron.providers.memory.spot_market import MemorySpotMarkets
from novacron.providers.memory.transfer import MemoryExport, MemoryFencing, MemoryImport
from novacron.providers.memory.volumes import MemoryVolumes


class MemoryProvider(
    MemoryVms,
    MemoryVolumes,
    MemorySnapshots,
    MemoryImages,
    MemoryNetworks,
    MemoryAccounting,
    MemoryRotation,
    MemoryExport,
    MemoryImport,
    MemoryFencing,
    MemoryDns,
    MemoryLoadBalancers,
    MemoryCapacityReservations,
    MemoryCommitments,
    MemorySpotMarkets,
    MemoryGuests,
    MemoryAddresses,
    CloudProvider,
    SpotVms,
    OnlineVolumeResize,
):
    """Everything of the contract, in this process."""

    type = ProviderType.MEMORY
    refusals = {"BillingSource": "this cloud is in memory, and metered like one's own hosts"}
    key: str | None = None

    @classmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """``settings.cloud`` names one of the clouds under NOVACRON_MEMORY_DIR; ``secret.key`` is
        needed when the cloud has keys."""
        folder = os.environ.get("NOVACRON_MEMORY_DIR")
        if not folder:
            raise Unsupported("This deployment has no in-memory cloud.")
        name = settings.get("cloud", "default")
        if not re.fullmatch(r"[a-z0-9-]{1,63}", name):
            raise InvalidSpec(
                "A cloud's name has a-z, 0-9 and hyphens only.", field="settings.cloud"
            )
        made = cls(keeper=FileKeeper(Path(folder) / name))
        made.key = secret.get("key")
        return made

    @call
    def authenticate(self) -> Identity:
        if self.cloud.keys and self.key not in self.cloud.keys:
            raise AuthenticationFailed("The in-memory cloud does not know this key.")
        return Identity(type=self.type, account="memory", principal="anyone")

    def validate_credentials(self) -> Health:
        return self.health()

    def health(self) -> Health:
        try:
            self.authenticate()
        except NovaCronError as error:
            return Health(healthy=False, detail=error.detail)
        return Health(healthy=True, detail="The in-memory cloud answers.")
