"""State: make the operation's one provider call."""

from __future__ import annotations

from novacron.operations.steps import perform
from novacron.runtime.jobs import step
from novacron.runtime.permissions import CLOUD

REQUIRES = CLOUD
lambda_handler = step(perform)
