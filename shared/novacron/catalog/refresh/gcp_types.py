"""What each machine type of Google is billed as: so many vCPUs, GiB of memory, GPUs, GiB of SSD.

https://cloud.google.com/compute/vm-instance-pricing

Parts are named as ``gcp_skus`` names them. A type whose parts are not known for sure has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Parts = Mapping[str, Decimal]

WHOLE = ("f1-micro", "g1-small")
"""Priced as one, memory included: https://cloud.google.com/compute/docs/general-purpose-machines"""
SHARED: Parts = {"e2-micro": Decimal("0.25"), "e2-small": Decimal("0.5"), "e2-medium": Decimal(1)}
"""The vCPUs that are billed, of two:
https://cloud.google.com/compute/docs/general-purpose-machines#e2-shared-core"""
SERIES = re.compile(r"c2d?|c3d?|c4[adn]?|e2|h3|h4d|m[1-3]|m4n?|n1|n2d?|n4[ad]?|t2[ad]|z3")
"""Of these alone is it known what a VM comes with beside vCPUs and memory."""
GPUS: Mapping[str, str] = {
    "a2-highgpu": "a100",
    "a2-megagpu": "a100",
    "a2-ultragpu": "a100 80gb",
    "a3-highgpu": "h100 80gb",
    "a3-megagpu": "h100 80gb mega",
    "g2-standard": "l4",
    "g4-standard": "rtx 6000 96gb",
}
"""Billed beside the VM: https://cloud.google.com/compute/gpus-pricing"""
G4_VCPUS = 48
"""Of a whole GPU; smaller types have a share of one:
https://cloud.google.com/compute/docs/accelerator-optimized-machines#g4-machine-types"""
OTHERWISE = re.compile(r"n1-(mega|ultra)mem-.+|m2-ultramem2?x-.+")
"""Old names of other series, which are not billed as what they are called."""
DISK = 375
"""GiB of a Local SSD: https://cloud.google.com/compute/docs/disks/local-ssd"""
DISKS: Mapping[str, Mapping[int, int]] = {
    "c3": {4: 1, 8: 2, 22: 4, 44: 8, 88: 16, 176: 32},
    "c3d": {8: 1, 16: 1, 30: 2, 60: 4, 90: 8, 180: 16, 360: 32},
    "c4": {4: 1, 8: 1, 16: 2, 24: 4, 32: 5, 48: 8, 96: 16, 144: 24, 192: 32, 288: 48},
    "c4a": {4: 1, 8: 2, 16: 4, 32: 6, 48: 10, 64: 14, 72: 16},
    "c4d": {8: 1, 16: 1, 32: 2, 48: 4, 64: 6, 96: 8, 192: 16, 384: 32},
    "z3 highlssd": {8: 8, 16: 16, 22: 24, 32: 32, 44: 48, 88: 96, 192: 192},
    "z3 standardlssd": {14: 8, 22: 16, 44: 24, 88: 48, 176: 96},
}
"""Local SSDs that come with a type and are billed beside it, by vCPUs; those of Z3 are larger and
counted as if they were not:
https://cloud.google.com/compute/docs/disks/local-ssd#choose_number_local_ssds"""
PER_GPU = {"a2-ultragpu": 1, "a3-highgpu": 2, "a3-megagpu": 2}
OWN_SSD = ("c4", "c4a", "c4d")
"""Whose SSDs have a price of their own."""


def parts(name: str, size: list[Any]) -> Parts | None:
    """What ``name`` is billed as, None if that is unknown. ``size``: its row of ``types.json``."""
    series, _, _ = name.partition("-")
    kind = name.rpartition("-")[0] if series in ("a2", "a3", "g2", "g4") else ""
    if name in WHOLE:
        return {name: Decimal(1)}
    if OTHERWISE.fullmatch(name) or (kind not in GPUS and not SERIES.fullmatch(series)):
        return None
    vcpus, mib, gpus = size[0], size[1], size[3]
    # The snapshot has whole MiB of what Google gives in hundredths of GiB: 1,843 of 1.8 GiB.
    memory = (Decimal(mib) / 1024).quantize(Decimal("0.01"))
    found = _compute(name, series, SHARED.get(name, Decimal(vcpus)), memory)
    if kind:
        found[GPUS[kind]] = Decimal(vcpus) / G4_VCPUS if series == "g4" else Decimal(gpus)
    return _with_disks(found, name, vcpus, gpus)


def _compute(name: str, series: str, vcpus: Decimal, memory: Decimal) -> dict[str, Decimal]:
    """M2 is M1 and a premium: https://cloud.google.com/compute/docs/memory-optimized-machines"""
    of = {"m2": "m1"}.get(series, series)
    if name == "m4-ultramem-224":
        of = "m4ultramem224"
    found = {f"{of} core": vcpus, f"{of} ram": memory}
    if series == "m2":
        found |= {"m2 premium core": vcpus, "m2 premium ram": memory}
    return found


def _with_disks(found: dict[str, Decimal], name: str, vcpus: int, gpus: int) -> Parts | None:
    series, _, rest = name.partition("-")
    if "lssd" in name or series == "z3":
        suffix = rest.removesuffix("-metal").rpartition("-")[2]
        key = f"z3 {suffix}" if series == "z3" else series
        count = DISKS.get(key, {}).get(vcpus)
    else:
        count = gpus * PER_GPU.get(name.rpartition("-")[0], 0)
    if count is None:
        return None
    if count:
        what = f"{series} local ssd" if series in OWN_SSD else "local ssd"
        found[what] = Decimal(count * DISK)
    return found
