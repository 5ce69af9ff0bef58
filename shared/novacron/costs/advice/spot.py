"""VMs that their owners' tags call interruptible, and that cost less as spot capacity."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.catalog.catalog import find as find_type
from novacron.catalog.catalog import instance_types
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import LIST, Saving, saved
from novacron.models.account import ProviderType
from novacron.models.advice import Rule
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.recommendation import Confidence
from novacron.providers.base import SpotVms
from novacron.providers.registry import adapter

MIX = 4
"""Types to ask for at once: capacity of one is lost without that of the others."""


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    for record in scene.records(ResourceKind.VM, rule):
        account, told = scene.accounts[record.account_id], record.document
        fits = record.state == "running" and not told.get("spot")
        fits = fits and len(told.get("volume_ids", [])) <= 1
        if not fits or not issubclass(adapter(account.type), SpotVms):
            continue
        others = mix(account.type, record)
        yield Finding(
            record=record,
            title=f"{record.name} can be interrupted, and runs on demand",
            detail="Make it again with spec.spot. "
            + (f"Types of the same size to spread over: {', '.join(others)}." if others else ""),
            saving=_saving(scene, rule, record),
            confidence=Confidence.LOW,
            risk="The provider takes it back at two minutes' notice or less.",
            unknown=["interruption rate", "state that it keeps on its root disk"],
        )


def _saving(scene: Scene, rule: Rule, record: ResourceRecord) -> Saving:
    account = scene.accounts[record.account_id]
    now = scene.prices.price(account, record)
    then = scene.prices.price(account, record, spot=True)
    if now is None or then is None:
        return Saving(None, LIST, rule.formula, ["spot price"])
    return saved(now.hourly, then.hourly, now.currency, "how the spot price moves")


def mix(provider: ProviderType, record: ResourceRecord) -> list[str]:
    """The cheapest types on demand that have no less of anything and run the same image."""
    have = find_type(provider, record.region, record.document.get("instance_type") or "")
    if have is None:
        return []
    same = [
        one
        for one in instance_types(provider, record.region)
        if one.hourly is not None
        and one.current
        and not one.bare_metal
        and one.gpus == have.gpus
        and one.burstable == have.burstable
        and have.vcpus <= one.vcpus <= 2 * have.vcpus
        and one.memory_mib >= have.memory_mib
        and set(have.architectures) & set(one.architectures)
    ]
    return [one.name for one in sorted(same, key=lambda one: (one.hourly or 0, one.name))[:MIX]]
