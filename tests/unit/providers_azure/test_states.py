"""Every state of Azure has a meaning, and what bills says so."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import ProviderUnavailable
from novacron.models.vm import VmState
from novacron.models.volume import VolumeState
from novacron.providers.azure.states import POWER, PROVISIONING, disk_state, vm_meaning


def _vm(provisioning: str, power: str | None) -> dict[str, Any]:
    codes = [f"ProvisioningState/{provisioning.lower()}"]
    codes += [f"PowerState/{power}"] if power else []
    view = {"statuses": [{"code": code} for code in codes]}
    return {"properties": {"provisioningState": provisioning, "instanceView": view}}


@pytest.mark.parametrize("power", [None, *POWER])
@pytest.mark.parametrize("provisioning", PROVISIONING)
def test_every_pair_has_a_meaning(provisioning: str, power: str | None) -> None:
    assert isinstance(vm_meaning(_vm(provisioning, power)).state, VmState)


@pytest.mark.parametrize(
    ("provisioning", "power", "state", "bills"),
    [
        ("Creating", None, VmState.PENDING, True),
        ("Succeeded", "running", VmState.RUNNING, True),
        # Shut down from inside: it keeps its place, and its price.
        ("Succeeded", "stopped", VmState.STOPPED, True),
        ("Succeeded", "deallocated", VmState.STOPPED, False),
        ("Updating", "deallocating", VmState.STOPPING, True),
        ("Updating", "starting", VmState.PENDING, True),
        ("Failed", "running", VmState.RUNNING, True),
        ("Failed", None, VmState.ERROR, False),
        ("Deleting", "running", VmState.DELETING, True),
    ],
)
def test_what_bills(provisioning: str, power: str | None, state: VmState, bills: bool) -> None:
    assert vm_meaning(_vm(provisioning, power)) == (state, bills)


@pytest.mark.parametrize(("provisioning", "power"), [("Odd", None), ("Succeeded", "odd")])
def test_an_unknown_state_is_loud(provisioning: str, power: str | None) -> None:
    with pytest.raises(ProviderUnavailable, match=r"odd|Odd"):
        vm_meaning(_vm(provisioning, power))


@pytest.mark.parametrize(
    ("provisioning", "state", "wanted"),
    [
        ("Creating", "Unattached", VolumeState.CREATING),
        ("Succeeded", "Reserved", VolumeState.ATTACHED),
        ("Updating", "Attached", VolumeState.ATTACHED),
        ("Failed", "Unattached", VolumeState.ERROR),
    ],
)
def test_disks(provisioning: str, state: str, wanted: VolumeState) -> None:
    properties = {"provisioningState": provisioning, "diskState": state}
    assert disk_state({"properties": properties}) is wanted
