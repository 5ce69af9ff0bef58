"""AWS's errors for a caller who must not learn what is behind the table ``costs``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from novacron.errors import ProviderUnavailable, Throttled
from novacron.providers.aws.errors import translate

P = ParamSpec("P")
R = TypeVar("R")


def nameless(work: Callable[P, R]) -> Callable[P, R]:
    """``work``, whose SDK errors tell nothing of AWS's words. What no caller can wait for stays as
    it is: a fault of ours, which is logged whole and shown to nobody."""

    @functools.wraps(work)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except (ClientError, BotoCoreError) as error:
            found = translate(error)
            if isinstance(found, Throttled):
                raise Throttled("The SQL engine is busy.", retry_after=found.retry_after) from error
            if isinstance(found, ProviderUnavailable):
                raise ProviderUnavailable("The SQL engine did not answer.") from error
            raise

    return wrapped
