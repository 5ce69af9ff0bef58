"""Google's custom machine types: which sizes there are.

https://cloud.google.com/compute/docs/instances/creating-instance-with-custom-machine-type#specifications
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from novacron.errors import InvalidSpec


@dataclass(frozen=True)
class _Series:
    """Memory in MiB per vCPU and in all; ``steps`` of vCPUs as (up to, multiple of)."""

    least: int
    most: int
    steps: tuple[tuple[int, int], ...]
    first: int = 2
    total: int | None = None
    unit: int = 256


_SERIES = {
    "e2": _Series(512, 8192, ((32, 2),), total=131_072),
    "n1": _Series(922, 6656, ((1, 1), (96, 2)), first=1),
    "n2": _Series(512, 8192, ((32, 2), (128, 4))),
    "n2d": _Series(512, 8192, ((4, 2), (8, 4), (16, 8), (96, 16))),
    "n4": _Series(2048, 8192, ((80, 2),)),
}
_NAME = re.compile(r"(?:([a-z]\d[a-z]?)-)?custom-(\d+)-(\d+)(-ext)?")
_OTHERS = frozenset({"n4a", "n4d", "g2"})
"""Series with custom types too, whose sizes we leave to Google to check."""


ACCELERATED = frozenset({"a2", "a3", "a4", "a4x", "g2", "g4"})
"""Series whose types come with GPUs: https://cloud.google.com/compute/docs/accelerator-optimized-machines"""


def series_of(instance_type: str) -> str:
    """ "n2" of "n2-standard-4"; custom types without a series are N1."""
    first = instance_type.partition("-")[0]
    return "n1" if first == "custom" else first


def check_custom(instance_type: str) -> None:
    """InvalidSpec (instance_type) for a custom type that no series has; others pass."""
    match = _NAME.fullmatch(instance_type)
    if match is None:
        if "custom-" in instance_type and not instance_type.startswith("e2-custom-"):
            raise _refused(instance_type, "a custom type is <series>-custom-<vCPUs>-<MiB>[-ext]")
        return
    name, cpus, memory = match[1] or "n1", int(match[2]), int(match[3])
    if name in _OTHERS:
        return
    series = _SERIES.get(name)
    if series is None:
        raise _refused(instance_type, f"series {name} has no custom types")
    if fault := _fault(series, cpus, memory, extended=match[4] is not None):
        raise _refused(instance_type, fault)


def _fault(series: _Series, cpus: int, memory: int, *, extended: bool) -> str | None:
    step = next((step for most, step in series.steps if cpus <= most), None)
    if step is None or cpus < series.first or cpus % step:
        return f"the series has no {cpus} vCPUs"
    if memory % series.unit:
        return f"memory is a multiple of {series.unit} MiB"
    if memory < series.least * cpus:
        return f"memory is at least {series.least} MiB a vCPU"
    if memory > series.most * cpus and not extended:
        return f"memory is at most {series.most} MiB a vCPU, or the type ends in -ext"
    if series.total is not None and memory > series.total:
        return f"memory is at most {series.total} MiB"
    return None


def _refused(instance_type: str, why: str) -> InvalidSpec:
    return InvalidSpec(f"{instance_type!r}: {why}.", field="instance_type")
