"""Showback as files: CSV, Parquet, PDF."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import NamedTuple

from novacron.costs.reports.csv import as_csv
from novacron.costs.reports.parquet import as_parquet
from novacron.costs.reports.pdf import as_pdf
from novacron.models.showback import ReportFile, ReportFormat, Showback


class _Kind(NamedTuple):
    media_type: str
    write: Callable[[Showback], bytes]


KINDS = {
    ReportFormat.CSV: _Kind("text/csv; charset=utf-8", as_csv),
    ReportFormat.PARQUET: _Kind("application/vnd.apache.parquet", as_parquet),
    ReportFormat.PDF: _Kind("application/pdf", as_pdf),
}


def report_file(report: Showback, form: ReportFormat) -> ReportFile:
    kind = KINDS[form]
    return ReportFile(
        name=f"showback-{report.start}-{report.end}.{form.value}",
        media_type=kind.media_type,
        content=base64.b64encode(kind.write(report)).decode(),
    )
