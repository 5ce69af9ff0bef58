"""What a wave would meet, take and cost, as a person reads it: its VMs' assessments together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console

from novacron.cli.output import Format, render, render_one
from novacron.migration.assess.waves import turns

Json = dict[str, Any]
AT_ONCE = 4
"""As ``POST /waves`` takes it where nothing is said."""
_GIB = 1024**3


def together(wave: Json, assessments: list[Json]) -> Json:
    """``assessments``: one for each of the wave's moves, in their order. A sum is None where a part
    of it is not known. Raises InvalidSpec: the moves wait for one another.
    """
    moves = wave["moves"]
    by_vm = {one["vm_id"]: found for one, found in zip(moves, assessments, strict=True)}
    after = {one["vm_id"]: one.get("after", []) for one in moves}
    seconds = {vm: found["transfer"]["seconds"] for vm, found in by_vm.items()}
    when = turns(after, seconds, wave.get("at_once", AT_ONCE))
    return {
        "name": wave["name"],
        "seconds": max((turn.ends for turn in when.values()), default=0.0),
        "total_bytes": sum(found["transfer"]["total_bytes"] for found in assessments),
        "egress_usd": _sum([found["transfer"]["egress_usd"] for found in assessments]),
        "hourly_before": _hourly([found["price_before"] for found in assessments]),
        "hourly_after": _hourly([found["price_after"] for found in assessments]),
        "blocked": [vm for vm, found in by_vm.items() if _codes(found, "blocker")],
        "moves": [
            {
                "vm_id": vm,
                "begins": when[vm].begins,
                "ends": when[vm].ends,
                "total_bytes": found["transfer"]["total_bytes"],
                "downtime_seconds": found["verdict"]["predicted_seconds"],
                "promised": found["verdict"]["promised"],
                "instance_type": found["target"]["instance_type"],
                "blockers": _codes(found, "blocker"),
                "warnings": _codes(found, "warning"),
            }
            for vm, found in by_vm.items()
        ],
    }


def show(found: Json, console: Console) -> None:
    usd, blocked = found["egress_usd"], found["blocked"]
    summary = {
        "duration": _minutes(found["seconds"]),
        "bytes": _gib(found["total_bytes"]),
        "egress": "not known" if usd is None else f"{usd} USD",
        "hourly before": found["hourly_before"] or "not known",
        "hourly after": found["hourly_after"] or "not known",
        "blocked": ", ".join(blocked) or "none",
    }
    render_one(summary, Format.TABLE, console)
    rows = [
        {
            "vm": one["vm_id"],
            "from": _minutes(one["begins"]),
            "to": _minutes(one["ends"]),
            "bytes": _gib(one["total_bytes"]),
            "downtime": f"{one['downtime_seconds']:.0f} s",
            "promised": "yes" if one["promised"] else "no",
            "type": one["instance_type"],
            "blockers": ", ".join(one["blockers"]),
            "warnings": ", ".join(one["warnings"]),
        }
        for one in found["moves"]
    ]
    render(rows, list(rows[0]), Format.TABLE, console)


def _codes(found: Json, severity: str) -> list[str]:
    codes = [one["code"] for one in found["checks"] if one["severity"] == severity]
    return list(dict.fromkeys(codes))


def _sum(figures: list[str | None]) -> str | None:
    known = [Decimal(one) for one in figures if one is not None]
    return str(sum(known, Decimal())) if len(known) == len(figures) else None


def _hourly(prices: list[Json | None]) -> str | None:
    """In each currency that there is."""
    known = [one for one in prices if one is not None]
    if len(known) != len(prices):
        return None
    sums: dict[str, Decimal] = {}
    for one in known:
        sums[one["currency"]] = sums.get(one["currency"], Decimal()) + Decimal(one["hourly"])
    return " + ".join(f"{amount} {currency}" for currency, amount in sorted(sums.items()))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"


def _gib(number: int) -> str:
    return f"{number / _GIB:.1f} GiB"
