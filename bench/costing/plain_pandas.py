"""What somebody would write: ``python plain_pandas.py FILE...`` sums a bill by day and resource.

It runs in an environment of its own, as the project has no pandas. Amounts become floats, as
pandas adds up decimals in Python, one by one.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import pandas as pd  # type: ignore

COSTS = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"]
KEYS = ["day", "RegionId", "ServiceName", "ResourceId"]


def summed(path: str) -> pd.DataFrame:
    frame = pd.read_parquet(path, columns=["ChargePeriodStart", *KEYS[1:], *COSTS])
    frame["day"] = frame["ChargePeriodStart"].dt.floor("D")
    frame[COSTS] = frame[COSTS].astype(float)
    return frame.groupby(KEYS, dropna=False)[COSTS].sum().reset_index()


begun, worked = time.monotonic(), time.process_time()
whole = pd.concat([summed(path) for path in sys.argv[1:]]).groupby(KEYS, dropna=False)[COSTS].sum()
told = {
    "seconds": time.monotonic() - begun,
    "cpu": time.process_time() - worked,
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    "total": float(whole["BilledCost"].sum()),
}
print(json.dumps(told))
