"""An answer of a price API, and what goes wrong with one, in our errors."""

from __future__ import annotations

import csv
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse

from novacron.errors import AuthenticationFailed, ProviderUnavailable, Throttled

SECONDS = 60
REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""To Google a key that is none is a bad request (API_KEY_INVALID):
https://cloud.google.com/apis/docs/reference/rest/Shared.Types/ErrorReason"""
ABSENT = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""S3 answers the first to whoever may not list the bucket:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""


@contextmanager
def opened(url: str, whose: str, key: str = "") -> Iterator[HTTPResponse]:
    """``whose`` begins the errors: "AWS's price list". ``key``: one of Google's, which is sent as a
    header and not in the URL (https://cloud.google.com/docs/authentication/api-keys-use).

    Raises AuthenticationFailed (the key), Throttled, ProviderUnavailable, and these also for what
    goes wrong while the answer is read and parsed.
    """
    asked = urllib.request.Request(url, headers={"x-goog-api-key": key} if key else {})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as reply:  # noqa: S310 - the operator's
            yield reply
    except urllib.error.HTTPError as error:
        told = f"{whose} answered {error.code}."
        if error.code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Throttled(f"{whose} asks to wait.") from error
        if key and error.code in REFUSALS:
            remedy = "Put a key into the secret that may call the API."
            raise AuthenticationFailed(told, remedy=remedy) from error
        raise ProviderUnavailable(told) from error
    except (OSError, HTTPException, ValueError, csv.Error) as error:
        raise ProviderUnavailable(f"{whose} could not be read.") from error


def absent(error: ProviderUnavailable) -> bool:
    """Whether it was raised by ``opened`` of a URL at which there is nothing."""
    cause = error.__cause__
    return isinstance(cause, urllib.error.HTTPError) and cause.code in ABSENT
