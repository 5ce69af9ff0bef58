"""Every few minutes: make records and clouds agree again."""

from __future__ import annotations

from typing import Any

from novacron.operations.reconcile import Report, reconcile
from novacron.operations.services import Services
from novacron.runtime.jobs import job


def run(services: Services, _event: dict[str, Any]) -> Report:
    return reconcile(services)


lambda_handler = job(run)
