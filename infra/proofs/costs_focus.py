"""Costs: a month of four environments, exported by us, under all rules of focus-validator.

Usage, storage, egress, a credit, a refund, tax, a commitment's purchase, covered and unused usage
of each go through the mappers and the ledger into one file. All applicability criteria are claimed.
Four rules are encoded otherwise than they are worded and cannot pass; their words are checked here.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
import pytest

from infra.local.bills.charges import month
from infra.proofs.__main__ import NotProven
from infra.proofs.bills import ENVIRONMENTS, imported
from infra.proofs.commands import ROOT, Failed, run
from novacron.costs.export import write_rows
from novacron.costs.visible import visible_rows
from novacron.models.cost import Days
from novacron.models.cost_import import CostSettings
from novacron.store.costs import CostStore
from tests.world import aws, make_world

MONTH, AFTER = date(2026, 10, 1), date(2026, 11, 1)
VERSION = "1.2.0.1"
HOME = ROOT / ".tools" / "focus-validator"
WRONG = {
    # Each is encoded otherwise than its own words say; the query has the rows that break the words.
    # Its condition is "CommitmentDiscountId is null", where the status must be null.
    "CommitmentDiscountStatus-C-004-C": "CommitmentDiscountId IS NOT NULL "
    "AND ChargeCategory = 'Usage' AND CommitmentDiscountStatus IS NULL",
    # Its condition is not applied: rows without a reservation fail too.
    "CapacityReservationStatus-C-004-C": "CapacityReservationId IS NOT NULL "
    "AND ChargeCategory = 'Usage' AND CapacityReservationStatus IS NULL",
    # These two have no condition, so that every row must have an invoice's id and none may have
    # one. Google's export names none.
    "InvoiceId-C-004-C": "InvoiceId IS NOT NULL AND ProviderName = 'Google Cloud'",
    "InvoiceId-C-005-C": "InvoiceId IS NULL AND ProviderName <> 'Google Cloud'",
}
WRONG_ALTERNATIVES = {"InvoiceId-C-003-C": {"InvoiceId-C-004-C", "InvoiceId-C-005-C"}}
"""A rule that one of others must hold; the output does not name them."""
LINE = re.compile(r"(\S+): (PASS|FAIL|SKIPPED)\b(.*)")


class Told(NamedTuple):
    passed: list[str]
    failed: dict[str, str]
    skipped: dict[str, str]


def prove() -> str:
    try:
        run("make", "--no-print-directory", f"{HOME.relative_to(ROOT)}/.ready")
    except Failed as error:
        raise NotProven("focus-validator cannot be installed here; see above") from error
    with TemporaryDirectory() as folder:
        file = Path(folder) / "month.parquet"
        rows = _export(file, Path(folder))
        told = _validated(file)
        wrong = _excused(told, file)
    reasons = Counter(told.skipped.values())
    for rule, reason in sorted(told.skipped.items()):
        print(f"skipped {rule}: {reason}")
    for rule in sorted(told.failed):
        why = "encoded otherwise than worded; its words hold" if rule in WRONG else "by those alone"
        print(f"failed {rule}: {why}")
    shown = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    return (
        f"{rows:,} rows: {len(told.passed)} rules passed, {len(told.failed)} failed by the "
        f"{len(wrong)} that are encoded otherwise than worded and whose words hold, "
        f"{len(told.skipped)} skipped ({shown})"
    )


def _export(file: Path, folder: Path) -> int:
    with pytest.MonkeyPatch.context() as patch, aws(patch) as client:
        services = make_world(client, folder, patch).services
        services.cost_store = f"file://{folder}/costs"
        settings = CostSettings(rates={"EUR": {MONTH: Decimal("1.1")}})
        CostStore(services.store.table).save_settings("acme", settings)
        for provider, environment in ENVIRONMENTS.items():
            charges = month(environment.fleet, MONTH)
            batches = list(environment.read(charges, environment.fleet))
            imported(services, "acme", provider, MONTH, batches)
        days = Days(start=MONTH, end=AFTER)
        with (
            visible_rows(services, "acme", days, estimates=False) as sources,
            file.open("wb") as target,
        ):
            return write_rows(sources, target)


def _validated(file: Path) -> Told:
    """It reads its list of currencies relative to where it is run."""
    [packages] = HOME.glob("lib/python3.*/site-packages")
    command = [str(HOME / "bin" / "focus-validator"), "--data-file", str(file), "--block-download"]
    command += ["--validate-version", VERSION, "--focus-dataset", "CostAndUsage"]
    command += ["--applicability-criteria", "ALL"]
    try:
        output = run(*command, cwd=packages)
    except Failed as error:
        output = str(error.output)
    told = Told([], {}, {})
    for rule, status, rest in LINE.findall(output):
        if status == "PASS":
            told.passed.append(rule)
        elif status == "FAIL":
            told.failed[rule] = rest
        else:
            told.skipped[rule] = re.sub(r".*reason=(?:Rule skipped - )?(.*?), msg=.*", r"\1", rest)
    counts = re.search(r"Total: (\d+) \| Pass: (\d+) \| Fail: (\d+) \| Skipped: (\d+)", output)
    seen = [len(told.passed), len(told.failed), len(told.skipped)]
    if counts is None or [int(one) for one in counts.groups()] != [sum(seen), *seen]:
        raise NotProven(f"the validator's lines ({seen}) are not its own count")
    return told


def _excused(told: Told, file: Path) -> list[str]:
    """Every failed rule is wrong by its own words, which hold, or fails only by such ones."""
    for rule, broken in WRONG.items():
        query = f"SELECT count(*) FROM read_parquet(?) WHERE {broken}"
        found = duckdb.execute(query, [str(file)]).fetchone()
        if found is None or found[0]:
            raise NotProven(f"{rule}: its words do not hold for {found} rows")
    for rule, rest in told.failed.items():
        named = re.search(r"failed child rules: \[(.*?)\]", rest)
        children = set(named[1].split(", ")) if named else WRONG_ALTERNATIVES.get(rule, set())
        if rule not in WRONG and (not children or not children <= told.failed.keys()):
            raise NotProven(f"{rule} failed:{rest}")
    return sorted(WRONG.keys() & told.failed.keys())
