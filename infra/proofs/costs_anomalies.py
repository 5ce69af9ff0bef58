"""Our anomaly detector on NAB's cloud metrics, by NAB's rules, against others; a minute."""

from __future__ import annotations

from bench.anomalies import OURS, main
from bench.nab.series import PUBLISHED
from infra.proofs.__main__ import NotProven


def prove() -> str:
    results = {one.name: one for one in main()}
    ours = results.pop(OURS)
    told = [f"second half: {OURS} {ours.second:.1f}, {ours.tuned_second:.1f} when tuned alike"]
    for name, one in results.items():
        if name in PUBLISHED:
            told.append(
                f"{name} {one.second:.1f} as published, {one.tuned_second:.1f} when tuned alike"
            )
        else:
            told.append(f"{name} {one.second:.1f}")
            if one.second >= ours.second:
                raise NotProven(f"{name} has {one.second:.1f}, {OURS} {ours.second:.1f}")
    alike = [results[name] for name in PUBLISHED if results[name].tuned_second > ours.tuned_second]
    if len(alike) > 1:
        raise NotProven(f"tuned alike, {len(alike)} published detectors have more than {OURS}")
    return "; ".join(told)
