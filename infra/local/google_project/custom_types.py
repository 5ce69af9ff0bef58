"""Custom machine types: which sizes there are.

https://cloud.google.com/compute/docs/instances/creating-instance-with-custom-machine-type#specifications
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .catalog import machine_type
from .errors import invalid
from .store import Body


@dataclass(frozen=True)
class _Family:
    """``least`` and ``most`` memory in MiB per vCPU; vCPUs in ``steps`` of (up to, step)."""

    least: int
    most: int
    steps: tuple[tuple[int, int], ...]
    one: bool = False


_FAMILIES = {
    "e2": _Family(512, 8192, ((32, 2),)),
    "n1": _Family(922, 6656, ((96, 2),), one=True),
    "n2": _Family(512, 8192, ((32, 2), (128, 4))),
    "n2d": _Family(512, 8192, ((2, 2), (4, 2), (16, 4), (96, 16))),
}
_NAME = re.compile(r"(?:(e2|n1|n2|n2d)-)?custom-(\d+)-(\d+)(-ext)?")
_UNIT = 256
# "E2 ... up to 128 GB per VM" of the page above, in MiB.
_E2_MOST = 131072


def custom_type(path: str) -> Body | None:
    """The type at this path, None when its name is not a custom one. Raises invalid."""
    name = path.rpartition("/")[2]
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    family, cpus, memory = _FAMILIES[match[1] or "n1"], int(match[2]), int(match[3])
    if fault := _fault(family, cpus, memory, extended=bool(match[4])):
        raise invalid("resource.machineType", name, fault)
    if match[1] == "e2" and memory > _E2_MOST:
        raise invalid("resource.machineType", name, f"Memory must be at most {_E2_MOST} MB.")
    return machine_type(path, cpus, memory)


def _fault(family: _Family, cpus: int, memory: int, *, extended: bool) -> str | None:
    if not (family.one and cpus == 1) and not _offered(family, cpus):
        return f"{cpus} is not a number of vCPUs that this family has."
    if memory % _UNIT:
        return f"Memory size must be a multiple of {_UNIT} MB."
    if memory < family.least * cpus or (memory > family.most * cpus and not extended):
        return f"Memory per vCPU must be between {family.least} and {family.most} MB."
    return None


def _offered(family: _Family, cpus: int) -> bool:
    for most, step in family.steps:
        if cpus <= most:
            return cpus >= 2 and cpus % step == 0
    return False
