"""Cost rows as a file that any tool for FOCUS reads."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from novacron.models.base import Model
from novacron.models.cost import Days
from novacron.models.showback import ReportFile


class ExportFormat(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"


class CostExportRequest(Days):
    """``estimates``: also what no bill confirms yet."""

    estimates: bool = False
    format: ExportFormat = ExportFormat.PARQUET


class ExportLink(Model):
    """Whoever has ``url`` can read the file until ``expires_at``."""

    name: str
    url: str
    expires_at: datetime


class CostExport(Model):
    """``file`` in base64, or a ``link`` to what is larger than an answer."""

    rows: int
    file: ReportFile | None = None
    link: ExportLink | None = None
