"""Cost rows as a file that any tool for FOCUS reads."""

from __future__ import annotations

from novacron.models.base import Model
from novacron.models.cost import Days
from novacron.models.showback import ReportFile


class CostExportRequest(Days):
    """``estimates``: also what no bill confirms yet."""

    estimates: bool = False


class CostExport(Model):
    """``file`` is Parquet, in base64."""

    rows: int
    file: ReportFile
