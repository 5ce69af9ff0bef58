"""What collects costs has no compute SDK beside it: both would be more than Lambda takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPT = """
import sys
for name in ("azure.mgmt.compute", "azure.mgmt.network", "azure.mgmt.monitor",
             "google.cloud.compute_v1", "libvirt"):
    sys.modules[name] = None
import functions.steps.collect_costs
import novacron.costs.estimates, novacron.costs.imports, novacron.costs.metering.source
from novacron.models.account import ProviderType
from novacron.providers.billing import BillingSource
from novacron.providers.registry import adapter
for kind in (ProviderType.AWS, ProviderType.AZURE, ProviderType.GCP):
    assert issubclass(adapter(kind), BillingSource)
import novacron.costs.sources.files, novacron.costs.sources.google, novacron.costs.sources.cur
"""
PLAN = """
import sys
import functions.schedules.collect_costs
import novacron.providers.aws.provider, novacron.providers.gcp.provider
import novacron.providers.azure.provider
heavy = {"pyarrow", "numpy", "obstore", "azure.mgmt.costmanagement"} & sys.modules.keys()
assert not heavy, heavy
"""


def run(script: str) -> None:
    paths = f"{ROOT / 'shared'}:{ROOT}"
    subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": paths}, check=True)


def test_collecting_needs_no_compute_sdk() -> None:
    run(SCRIPT)


def test_adapters_import_nothing_of_bills_before_they_are_asked_for() -> None:
    run(PLAN)
