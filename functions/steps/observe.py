"""State: look once whether the operation has settled."""

from __future__ import annotations

from novacron.operations.steps import observe
from novacron.runtime.jobs import step
from novacron.runtime.permissions import CLOUD

REQUIRES = CLOUD
lambda_handler = step(observe)
