"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html"""

from __future__ import annotations

from base64 import b64encode

from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from .base import LocalBase

# "the most recent 64 KB of console output"
KEPT = 64 * 1024


class Console(LocalBase):
    def get_console_output(self) -> ActionResult:
        """What ``PUT /_local/instances/{id}/console`` left; no Output while there is none."""
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        result = {"InstanceId": instance.id, "Timestamp": utcnow()}
        if text := self.account.console.get(instance.id):
            result["Output"] = b64encode(text[-KEPT:]).decode()
        return ActionResult(result)
