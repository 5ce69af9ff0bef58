"""A wanted size to the cheapest instance type that holds it."""

from __future__ import annotations

from decimal import Decimal

from novacron.catalog.catalog import InstanceType, instance_types
from novacron.errors import InvalidSpec
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.vm import VmSpec

RUNNERS_UP = 3
_UNPRICED = Decimal("Infinity")


class Choice(Model):
    """``hourly`` None: the price is not known. ``reason`` is for people."""

    instance_type: str
    hourly: Decimal | None
    reason: str
    runners_up: list[str]


def choose(provider: ProviderType, spec: VmSpec) -> Choice:
    """The cheapest current type of the region with at least the vCPUs, memory and GPUs wanted.

    Types without a known price come last, then the smaller and the first by name wins.

    Raises:
        InvalidSpec: the region has no list, or nothing in it is large enough; the field that
            alone rules everything out is named, with the largest there is.
    """
    offered = instance_types(provider, spec.region)
    if not offered:
        raise InvalidSpec(
            f"No instance types of {provider.value} are known in {spec.region}.",
            field="region",
            remedy="Name an instance_type, or another region.",
        )
    usable = [one for one in offered if _usable(one, spec)]
    fitting = sorted((one for one in usable if _holds(one, spec)), key=_order)
    if not fitting:
        _refuse(usable, spec)
    best, *others = fitting
    return Choice(
        instance_type=best.name,
        hourly=best.hourly,
        reason=_reason(best, len(fitting)),
        runners_up=[one.name for one in others[:RUNNERS_UP]],
    )


def _usable(one: InstanceType, spec: VmSpec) -> bool:
    """A GPU type is for who asks for a GPU; bare metal takes minutes to boot."""
    right_kind = one.gpus >= spec.gpus > 0 if spec.gpus else one.gpus == 0
    runs = spec.architecture.value in one.architectures
    return one.current and not one.bare_metal and right_kind and runs


def _holds(one: InstanceType, spec: VmSpec) -> bool:
    return one.vcpus >= spec.vcpus and one.memory_mib >= spec.memory_mib


def _order(one: InstanceType) -> tuple[Decimal, int, int, str]:
    price = _UNPRICED if one.hourly is None else one.hourly
    return (price, one.vcpus, one.memory_mib, one.name)


def _reason(best: InstanceType, fitting: int) -> str:
    size = f"{best.vcpus} vCPU, {best.memory_mib} MiB"
    burst = ", burstable" if best.burstable else ""
    if best.hourly is None:
        return f"smallest of {fitting} that fit ({size}{burst}); no price is known"
    return f"cheapest of {fitting} that fit ({size}{burst})"


def _refuse(usable: list[InstanceType], spec: VmSpec) -> None:
    if not usable:
        field = "gpus" if spec.gpus else "architecture"
        raise InvalidSpec(f"{spec.region} has no instance type with such {field}.", field=field)
    cpus = max(one.vcpus for one in usable)
    memory = max(one.memory_mib for one in usable)
    if spec.vcpus > cpus:
        raise InvalidSpec(f"The largest type in {spec.region} has {cpus} vCPUs.", field="vcpus")
    if spec.memory_mib > memory:
        detail = f"The largest type in {spec.region} has {memory} MiB."
        raise InvalidSpec(detail, field="memory_mib")
    near = max((one for one in usable if one.vcpus >= spec.vcpus), key=lambda one: one.memory_mib)
    raise InvalidSpec(
        f"No type has {spec.vcpus} vCPUs and {spec.memory_mib} MiB; the most with such vCPUs is "
        f"{near.memory_mib} MiB ({near.name}).",
        field="memory_mib",
    )
