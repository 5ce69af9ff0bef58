"""Requests that are made again when nobody is to blame, with pauses that grow."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from novacron.errors import ProviderUnavailable

TRIES = 6
FIRST_S = 0.5
LONGEST_S = 20.0
T = TypeVar("T")
Wait = Callable[[float], None]
log = logging.getLogger("novacron.agent")


def again(call: Callable[[], T], wait: Wait = time.sleep) -> T:
    """What ``call`` gives, which raises ProviderUnavailable at most TRIES times: half a minute.

    Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    for number in range(TRIES):
        try:
            return call()
        except ProviderUnavailable as error:
            if number == TRIES - 1:
                raise
            log.info("%s; trying again", error.detail)
        wait(random.uniform(0, min(LONGEST_S, FIRST_S * 2**number)))  # noqa: S311 - no secret
    raise AssertionError(TRIES)
