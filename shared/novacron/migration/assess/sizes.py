"""The VM's size at the target: architecture, GPUs, instance type."""

from __future__ import annotations

from typing import NamedTuple

from novacron.catalog.catalog import find, size_of
from novacron.errors import InvalidSpec
from novacron.mapping.instance_types import choose
from novacron.migration.assess.codes import blocker, warning
from novacron.migration.assess.facts import Facts
from novacron.models.account import ProviderType
from novacron.models.assessment import Check
from novacron.models.vm import Architecture, VmSpec

CATALOGUED = frozenset({ProviderType.AWS, ProviderType.AZURE, ProviderType.GCP})


class Size(NamedTuple):
    """``instance_type`` None: the target has no types, or none that fits."""

    vcpus: int
    memory_mib: int
    instance_type: str | None
    reason: str
    checks: list[Check]


def size_of_target(facts: Facts) -> Size:
    vcpus, memory_mib = facts.vcpus or 1, facts.memory_mib or 1024
    checks = _architecture(facts)
    if facts.vcpus is None or facts.memory_mib is None:
        told = f"It is taken to have {vcpus} vCPU and {memory_mib} MiB."
        checks.append(warning("size.unknown", told, "Give spec.vcpus and spec.memory_mib."))
    kind, reason = facts.spec.instance_type, "asked for"
    if facts.target.type not in CATALOGUED:
        kind, reason = None, "the size itself: there are no instance types"
    elif kind is not None:
        checks += _named(facts, kind, vcpus, memory_mib)
    else:
        try:
            chosen = choose(facts.target.type, target_spec(facts, vcpus, memory_mib))
            kind, reason = chosen.instance_type, chosen.reason
        except InvalidSpec as error:
            checks.append(blocker("size.unmapped", error.detail, error.remedy))
            reason = "none fits"
    return Size(vcpus, memory_mib, kind, reason, [*checks, *_gpus(facts, kind)])


def target_spec(
    facts: Facts, vcpus: int, memory_mib: int, instance_type: str | None = None
) -> VmSpec:
    """What the target is, as far as its size and price need."""
    return VmSpec(
        name="target",
        region=facts.spec.region,
        vcpus=vcpus,
        memory_mib=memory_mib,
        instance_type=instance_type,
        image="migrated",
    )


def _architecture(facts: Facts) -> list[Check]:
    """The cutover makes x86_64 VMs alone."""
    if Architecture.X86_64.value in facts.architectures:
        return []
    told = f"The VM runs on {', '.join(facts.architectures)}; only x86_64 VMs are moved."
    return [blocker("arch.unsupported", told, "Build it anew for the target.")]


def _named(facts: Facts, kind: str, vcpus: int, memory_mib: int) -> list[Check]:
    provider, region = facts.target.type, facts.spec.region
    known = find(provider, region, kind) or size_of(provider, kind)
    if known is None:
        told = f"The catalog has no {provider.value} type {kind!r}."
        return [warning("size.unknown", told, "Check its name.")]
    found = []
    if Architecture.X86_64.value not in known.architectures:
        told = f"{kind} runs {', '.join(known.architectures)} and no x86_64."
        found.append(blocker("arch.unsupported", told, "Name another type."))
    if known.vcpus < vcpus or known.memory_mib < memory_mib:
        told = (
            f"{kind} has {known.vcpus} vCPU and {known.memory_mib} MiB; "
            f"the VM has {vcpus} and {memory_mib}."
        )
        found.append(warning("size.smaller", told, "Name a larger type, if that is not meant."))
    return found


def _gpus(facts: Facts, kind: str | None) -> list[Check]:
    source = size_of(facts.source.type, facts.source_type) if facts.source_type else None
    wanted = source.gpus if source else 0
    target = size_of(facts.target.type, kind) if kind else None
    has = target.gpus if target else 0
    if has >= wanted:
        return []
    told = f"{facts.source_type} has {wanted} GPUs; the target would have {has}."
    return [blocker("gpu.missing", told, "Name a GPU type in spec.instance_type.")]
