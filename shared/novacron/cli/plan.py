"""An assessment and a migration as a person reads them."""

from __future__ import annotations

from typing import Any

import yaml
from rich.console import Console

from novacron.cli.output import Format, render, render_one

Json = dict[str, Any]
HEAD = """\
# A plan to move a VM. Everything under `spec` may be edited; what is under `assessment` was found
# for the spec as it was then: assess again after a change that matters.
# To carry it out, set `approved: true` and run `novacron migration start --plan <this file>`.
"""
_GIB = 1024**3


def document(asked: Json, assessment: Json) -> str:
    """The plan as YAML, to be read, edited and approved."""
    whole = {**asked, "approved": False, "assessment": assessment}
    return HEAD + yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=100)


FOLLOWS = (
    "names",
    "load_balancers",
    "probe",
    "boot_mode",
    "max_downtime_seconds",
    "max_mbit_per_second",
    "tags",
)
"""Of a migration's spec, what a move back keeps."""
STAYS = ("zone", "instance_type")


def back(migration: Json, source: Json) -> Json:
    """What ``POST /migrations`` is to be asked for to bring the target, and what it has written,
    to where ``source`` was left. ``source``: the VM that was moved, as ``GET /vms/{id}`` has it.
    """
    was = source["details"]
    spec = {"account_id": source["account_id"], "region": source["region"]}
    spec |= {key: was[key] for key in STAYS if was.get(key)}
    if "instance_type" not in spec:
        spec |= {key: was[key] for key in ("vcpus", "memory_mib") if was.get(key)}
    asked = migration["spec"]
    spec |= {key: asked[key] for key in FOLLOWS if asked.get(key)}
    return {"vm_id": migration["new_vm_id"], "spec": spec}


def show(found: Json, console: Console) -> None:
    verdict, transfer, target = found["verdict"], found["transfer"], found["target"]
    _part(console, "Verdict")
    promise = "can be promised" if verdict["promised"] else "cannot be promised"
    term = f" ({verdict['term']})" if verdict["term"] else ""
    wanted = verdict["requested_seconds"]
    console.print(f"A downtime of {wanted} s {promise}{term}: {verdict['reason']}.", markup=False)
    _part(console, "Checks")
    _rows(console, found["checks"], ["severity", "code", "detail", "remedy"])
    _part(console, "Target")
    disks = target["disks"]
    summary = {
        "type": target["instance_type"],
        "size": f"{target['vcpus']} vCPU, {target['memory_mib']} MiB ({target['reason']})",
        "disks": [f"{d['volume_id']} {d['size_gib']} GiB {d['native_type']}" for d in disks],
        "hourly before": _price(found["price_before"]),
        "hourly after": _price(found["price_after"]),
    }
    render_one(summary, Format.TABLE, console)
    _part(console, "Copy")
    render_one(_copy(transfer), Format.TABLE, console)
    _part(console, "Downtime")
    _rows(console, found["downtime"], ["name", "seconds", "confidence", "basis"])
    _part(console, "Not checked: look inside the guest")
    _rows(console, found["not_checked"], ["fact", "command", "wanted"])


def _stage(found: Json) -> Json:
    eta = found["eta_seconds"]
    return {
        "stage": found["name"],
        "shards": f"{found['shards_done']} of {found['shards']}",
        "moved": f"{found['bytes_moved'] / _GIB:.2f} GiB",
        "rate": f"{found['bytes_per_second'] / 1024**2:.1f} MiB/s",
        "left": "not known yet" if eta is None else f"about {eta} s",
    }


def _guest(found: Json) -> Json:
    error = found["error"]
    state = "prepared" if found["done"] else "being prepared"
    told = {"state": f"not prepared: {error['detail']}" if error else state}
    if found["left"]:
        told["not undone"] = found["left"]
    return {**told, "attempt": found["attempt"], "output": found["output"]}


def show_migration(found: Json, console: Console) -> None:
    """Its state, what is under way, the map of addresses and the terms of its downtime."""
    apart = ("rounds", "addresses", "downtime_seconds", "spec", "stage", "test_clone", "guest")
    render_one({k: v for k, v in found.items() if k not in apart}, Format.TABLE, console)
    if found.get("stage"):
        _part(console, "Under way")
        render_one(_stage(found["stage"]), Format.TABLE, console)
    if found.get("guest"):
        _part(console, "Guest")
        render_one(_guest(found["guest"]), Format.TABLE, console)
    if found.get("test_clone"):
        _part(console, "Test clone")
        render_one(found["test_clone"], Format.TABLE, console)
    if found["rounds"]:
        _part(console, "Rounds")
        _rows(console, found["rounds"], ["number", "changed_bytes", "seconds", "final"])
    if found["addresses"]:
        _part(console, "Addresses")
        _rows(console, found["addresses"], ["old", "new", "public"])
    terms = [{"term": k, "seconds": f"{v:.1f}"} for k, v in found["downtime_seconds"].items()]
    if terms:
        _part(console, "Downtime")
        _rows(console, terms, ["term", "seconds"])


def _copy(told: Json) -> Json:
    rate, usd, why = told["dirty_rate"], told["egress_usd"], told["egress_basis"]
    written = f"{rate['bytes_per_second'] / 1024:.0f} KiB/s"
    speed = f"{told['rate_bytes_per_second'] / 1024**2:.0f} MiB/s"
    return {
        "bytes": f"{told['total_bytes'] / _GIB:.1f} GiB in {told['rounds']} rounds",
        "duration": f"{told['seconds'] / 60:.0f} min",
        "rate": f"{speed}: {told['limited_by']}",
        "guest writes": f"{written} ({rate['confidence']}: {rate['basis']})",
        "egress": why if usd is None else f"{usd} USD: {why}",
    }


def _price(found: Json | None) -> str:
    return f"{found['hourly']} {found['currency']} ({found['source']})" if found else "not known"


def _part(console: Console, title: str) -> None:
    console.print(f"\n{title}", style="bold")


def _rows(console: Console, items: list[Json], columns: list[str]) -> None:
    render(items, columns, Format.TABLE, console)
