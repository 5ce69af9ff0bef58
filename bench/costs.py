"""``python -m bench.costs [ROWS]``: import a bill, against plain pandas; ask ten questions.

The table is moto's, in the same process: its time and memory are in ours, DynamoDB's own latency is
not. Rows are told by the second and by the second of a CPU's time, which other work on the machine
changes less. The 99th percentile of 20 calls is the slowest.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.costing import files, questions
from novacron.costs.imports import import_delivery
from novacron.models.account import ProviderType
from novacron.models.cost import CostMetric
from novacron.models.cost_import import CostSettings
from novacron.store.costs import CostStore
from tests.world import aws, make_world

ROWS = 1_000_000
HERE = Path(__file__).parent
PANDAS = HERE.parent / ".tools" / "focus-validator" / "bin" / "python"


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        written = files.write(Path(folder), rows)
        size = sum(one.stat().st_size for one in written) / 1e6
        print(f"{rows:,} rows, {size:,.0f} MB", flush=True)
        _plain(written, rows)
        # On its own, so that the peak of memory is the import's.
        subprocess.run([sys.executable, "-m", "bench.costs", "--import", folder], check=True)


def _plain(written: list[Path], rows: int) -> None:
    if not PANDAS.exists():
        print("pandas: not measured; `make .tools/focus-validator/.ready` installs one")
        return
    command = [str(PANDAS), str(HERE / "costing" / "plain_pandas.py"), *map(str, written)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    _line("pandas", rows, told["seconds"], told["cpu"], told["peak_mib"], str(told["total"]))


def _import(folder: Path) -> None:
    written = sorted(folder.glob("*.parquet"))
    with pytest.MonkeyPatch.context() as patch, aws(patch) as client:
        world = make_world(client, folder, patch)
        services = world.services
        services.cost_store = f"file://{folder}/costs"
        CostStore(services.store.table).save_settings("acme", CostSettings(tags=["env"]))
        account = world.account.model_copy(update={"type": ProviderType.AWS})
        source = files.Files(written)
        begun, worked = time.monotonic(), time.process_time()
        report = import_delivery(services, account, source, source.bill_deliveries(files.MONTH)[0])
        seconds, cpu = time.monotonic() - begun, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        _line("ours", report.rows, seconds, cpu, peak, str(report.totals[CostMetric.BILLED]))
        print(f"{'question':<24}{'table p50':>10}{'p99 ms':>9}{'rows p50':>10}{'p99 ms':>9}")
        for name, *times in questions.compare(services, "acme"):
            print(f"{name:<24}{times[0]:>10.1f}{times[1]:>9.1f}{times[2]:>10.1f}{times[3]:>9.1f}")


def _line(name: str, rows: int, seconds: float, cpu: float, peak: int, total: str) -> None:
    rate = f"{rows / seconds:>10,.0f} rows/s{rows / cpu:>10,.0f} a CPU's s"
    print(f"{name:<8}{rate}{seconds:>8.1f} s{peak:>7,} MiB  billed {total}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--import"]:
        _import(Path(sys.argv[2]))
    else:
        main()
