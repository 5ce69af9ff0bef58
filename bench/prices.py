"""Price lookups: time to the first answer, and lookups a second, against plain scripts.

The scripts read the same prices from one CSV file and filter it, as one would by hand: one with the
standard library's csv, one with pandas where that is installed. Each first answer is timed in a
fresh interpreter, without the interpreter's own start.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from random import Random

from novacron.catalog.catalog import instance_types
from novacron.catalog.search import LISTED, cheapest, search
from novacron.catalog.snapshot import current
from novacron.models.account import ProviderType
from novacron.models.price import PriceQuery

REGIONS = ["eu-west-1", "westeurope", "europe-west1"]
TODAY = date(2026, 11, 28)
COUNT = 2000
OURS = """
import time; begun = time.perf_counter()
from novacron.catalog.search import cheapest
from novacron.models.price import PriceQuery
ready = time.perf_counter()
cheapest(PriceQuery(vcpus=4, memory_gib=16, regions={regions}))
print(ready - begun, time.perf_counter() - ready)
"""
CSV = """
import time; begun = time.perf_counter()
import csv
ready = time.perf_counter()
with open({path!r}, newline="") as file:
    fits = [
        float(one["hourly"]) for one in csv.DictReader(file)
        if int(one["vcpus"]) >= 4 and int(one["memory_mib"]) >= 16384 and one["region"] in {regions}
    ]
min(fits)
print(ready - begun, time.perf_counter() - ready)
"""
PANDAS = """
import time; begun = time.perf_counter()
import pandas
ready = time.perf_counter()
frame = pandas.read_csv({path!r})
fits = frame[(frame.vcpus >= 4) & (frame.memory_mib >= 16384) & frame.region.isin({regions})]
fits.nsmallest(1, "hourly")
print(ready - begun, time.perf_counter() - ready)
"""
ALONE = """
import time; begun = time.perf_counter()
import novacron.models.vm
ready = time.perf_counter()
import novacron.catalog.search
print(ready - begun, time.perf_counter() - ready)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prices.csv"
        rows = _write(path)
        print(f"{rows} on-demand prices, {sum(len(_regions(one)) for one in LISTED)} regions")
        print(f"import beside the models: {_fresh(ALONE)[1] * 1000:.0f} ms")
        _first("novacron", OURS.format(regions=REGIONS))
        _rate("novacron", cheapest)
        _rate("novacron, ten offers with their sources", lambda query: search(query, TODAY))
        begun = time.perf_counter()
        cheapest(PriceQuery(vcpus=4, memory_gib=Decimal(16)))
        print(f"first answer over all regions: {(time.perf_counter() - begun) * 1000:.0f} ms")
        _first("csv", CSV.format(path=str(path), regions=REGIONS))
        if find_spec("pandas"):
            _first("pandas", PANDAS.format(path=str(path), regions=REGIONS))
            _rate("pandas", _filter(path))


def _filter(path: Path) -> Callable[[PriceQuery], object]:
    from importlib import import_module

    frame = import_module("pandas").read_csv(path)

    def ask(query: PriceQuery) -> object:
        enough = (frame.vcpus >= query.vcpus) & (frame.memory_mib >= int(query.memory_gib * 1024))
        return frame[enough & frame.region.isin(query.regions)].nsmallest(1, "hourly")

    return ask


def _regions(provider: ProviderType) -> list[str]:
    snapshot = current(provider)
    return snapshot.regions() if snapshot else []


def _write(path: Path) -> int:
    count = 0
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["provider", "region", "name", "vcpus", "memory_mib", "hourly"])
        for provider in LISTED:
            for region in _regions(provider):
                for one in instance_types(provider, region):
                    if one.hourly and one.current and not one.bare_metal and not one.gpus:
                        size = (one.name, one.vcpus, one.memory_mib, one.hourly)
                        rows.writerow([provider.value, region, *size])
                        count += 1
    return count


def _fresh(script: str) -> list[float]:
    """The quickest of five, so that the file system's first read is no part of it."""
    command = [sys.executable, "-c", script]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(5)]
    return min([float(part) for part in run.stdout.split()] for run in runs)


def _first(name: str, script: str) -> None:
    imported, answered = _fresh(script)
    print(f"{name}: import {imported * 1000:.0f} ms, first answer {answered * 1000:.0f} ms")


def _rate(name: str, ask: Callable[[PriceQuery], object]) -> None:
    random = Random(6)
    vcpus = [random.choice([1, 2, 4, 8, 16, 32]) for _ in range(COUNT)]
    queries = [
        PriceQuery(vcpus=v, memory_gib=Decimal(v * random.choice([1, 2, 4, 8])), regions=REGIONS)
        for v in vcpus
    ]
    begun = time.perf_counter()
    for query in queries:
        ask(query)
    print(f"{name}: {COUNT / (time.perf_counter() - begun):,.0f} lookups a second")


if __name__ == "__main__":
    main()
