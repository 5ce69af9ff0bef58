"""State: refuse a VM that the provider's quota cannot hold."""

from __future__ import annotations

from novacron.operations.steps import check_quota
from novacron.runtime.jobs import step
from novacron.runtime.permissions import CLOUD

REQUIRES = CLOUD
lambda_handler = step(check_quota)
