"""What every strict EC2 part shares."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response

from ...common.lifecycle import Key
from ..account import LocalAccount, account_of
from .models import prepare
from .transitions import finish, finish_due


class LocalBase(EC2Response):
    @property
    def account(self) -> LocalAccount:
        return account_of(self.current_account)

    @property
    def ec2_backend(self) -> Any:
        return prepare(super().ec2_backend)

    def serialized(self, action_result: ActionResult) -> Any:
        """The namespace ends in a slash; botocore's model, which moto takes it from, has none:
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
        """
        answer: Any = super().serialized(action_result)
        status, headers, body = answer
        return status, headers, body.replace('/doc/2016-11-15"', '/doc/2016-11-15/"', 1)

    def key(self, resource_id: str) -> Key:
        return Key(self.region, resource_id)

    def look(self, prefix: str, ids: list[str]) -> None:
        """A describe was made: let transitions of this kind go on."""
        finish_due(self.account)
        for key, target in self.account.lifecycle.look(self.region, ids, prefix):
            finish(self.account, self.ec2_backend, key, target)

    def begin(self, resource_id: str, target: str) -> bool:
        """Start a transition, or finish it at once; True when it takes time."""
        key = self.key(resource_id)
        if self.account.lifecycle.begin(key, target):
            return True
        finish(self.account, self.ec2_backend, key, target)
        return False


def refuse(code: str, message: str) -> EC2ClientError:
    """An EC2 error; codes: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html"""
    return EC2ClientError(code, message)
