"""The errors of the EBS direct APIs, with their reasons.

https://docs.aws.amazon.com/ebs/latest/APIReference/CommonErrors.html and each operation's page.
"""

from __future__ import annotations

import json
from uuid import uuid4

from werkzeug.wrappers import Response

_STATUS = {
    "ValidationException": 400,
    "RequestThrottledException": 400,
    "ConcurrentLimitExceededException": 400,
    "ServiceQuotaExceededException": 402,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ConflictException": 409,
    "InternalServerException": 500,
}


class EbsError(Exception):
    """``reason`` is one of the model's, for the errors that have reasons."""

    def __init__(self, code: str, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.reason = code, message, reason

    def response(self) -> Response:
        body = {"Message": self.message[:256]}
        if self.reason:
            body["Reason"] = self.reason
        headers = {"x-amzn-ErrorType": self.code, "x-amzn-RequestId": str(uuid4())}
        return Response(
            json.dumps(body), _STATUS[self.code], headers, content_type="application/json"
        )


def invalid(message: str, reason: str = "INVALID_PARAMETER_VALUE") -> EbsError:
    return EbsError("ValidationException", message, reason)


def no_snapshot(snapshot_id: str) -> EbsError:
    return EbsError(
        "ResourceNotFoundException",
        f"The snapshot '{snapshot_id}' does not exist.",
        "SNAPSHOT_NOT_FOUND",
    )
