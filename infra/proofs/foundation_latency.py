"""Warm GET /vms and POST /vms on the embedded stack, beside a bare function's invocation."""

from __future__ import annotations

from bench.warm_latency import main

MOST = {"GET /vms": 4.0, "POST /vms": 8.0}
"""Times the bare invocation's median: a request is an authorizer, a function and its table."""


def prove() -> str:
    found = {one.name: one for one in main()}
    slow = [str(found[name]) for name, most in MOST.items() if found[name].ratio > most]
    if slow:
        raise AssertionError("; ".join(slow))
    return ", ".join(f"{name} {found[name].p50:.0f} ms, {found[name].ratio:.1f}x" for name in MOST)
