"""For spreadsheets: a line an owner, then what is unallocated, then the total."""

from __future__ import annotations

import csv
import io

from novacron.costs.cube import plain
from novacron.models.showback import OwnerCost, Showback

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""With what a spreadsheet takes a text for a formula: a tag's value must not become one
(https://owasp.org/www-community/attacks/CSV_Injection)."""


def as_csv(report: Showback) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    shared = [_text(f"shared: {rule}") for rule in report.rules]
    writer.writerow([report.by, "direct", *shared, f"total ({report.currency})"])
    for one in report.owners:
        writer.writerow([_text(one.owner), *_amounts(one, report.rules)])
    writer.writerow(["(unallocated)", *_amounts(report.unallocated, report.rules)])
    writer.writerow(["(total)", "", *("" for _ in report.rules), plain(report.total)])
    return out.getvalue().encode()


def _amounts(one: OwnerCost, rules: list[str]) -> list[str]:
    shared = [plain(one.shared[rule]) if rule in one.shared else "0" for rule in rules]
    return [plain(one.direct), *shared, plain(one.total)]


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULAS) else value
