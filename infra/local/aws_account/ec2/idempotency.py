"""Client tokens: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from moto.core.responses import ActionResult

from .base import LocalBase, refuse


class Idempotency(LocalBase):
    def call_action(self) -> Any:
        """The same token and parameters get the first answer again, other parameters none."""
        token = self.params.get("ClientToken")
        if not token or self.params.get("DryRun"):
            return self._act()
        place = (self.region, self._get_action(), token)
        asked = _fingerprint(self.params)
        known = self.account.answers.get(place)
        if known is None:
            answer = self._act()
            if answer[0] < 300:
                self.account.answers[place] = (asked, answer)
            return answer
        if known[0] != asked:
            return self._error(
                "IdempotentParameterMismatch",
                "The request uses the same client token as a previous, but non-identical request.",
            )
        return known[1]

    def _act(self) -> Any:
        try:
            return super().call_action()
        except NotImplementedError as e:
            return self._error("InvalidAction", str(e))

    def _error(self, code: str, message: str) -> Any:
        status, headers, body = self.serialized(ActionResult(refuse(code, message)))
        headers["status"] = str(status)
        return status, headers, body


def _fingerprint(params: dict[str, Any]) -> str:
    told = {name: value for name, value in params.items() if name != "ClientToken"}
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
