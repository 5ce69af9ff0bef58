"""Import to first reply, per provider and function; no other provider's SDK is loaded."""

from __future__ import annotations

from bench.cold_start.measure import main


def prove() -> str:
    return ", ".join(
        f"{one.function} {one.provider} {one.seconds * 1000:.0f} ms".replace("  ", " ")
        for one in main()
    )
