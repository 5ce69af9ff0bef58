"""Requests at once through the handlers' own code, each in its process as on Lambda."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from novacron.runtime.aws import services
from novacron.settings import settings
from novacron.tenancy.principal import Principal
from tests.api import Reply, call

AGAIN = frozenset({429, 503})
"""What a caller repeats with its key, as the CLI says to."""
PATIENCE_SECONDS = 300


@contextmanager
def environment(told: Mapping[str, str]) -> Iterator[None]:
    """Functions find their stack by it."""
    before = dict(os.environ)
    os.environ.update(told)
    for made in (settings, services):
        made.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        for made in (settings, services):
            made.cache_clear()


def race(who: Principal, path: str, bodies: list[Any], name: str) -> tuple[list[Reply], int]:
    """POST all ``bodies`` at the same instant; the answers, and how many repeats they took.

    Clients are made before the processes, and connect in each: they share no connection.
    """
    services().store.table.client.close()
    context = multiprocessing.get_context("fork")
    ready, answers = context.Barrier(len(bodies)), context.SimpleQueue()

    def one(number: int) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # logs
        ready.wait()
        repeats, until = 0, time.monotonic() + PATIENCE_SECONDS
        while True:
            reply = call(who, "POST", path, bodies[number], key=f"{name}-{number}")
            if reply.status not in AGAIN or time.monotonic() > until:
                answers.put((reply, repeats))
                return
            repeats += 1
            time.sleep(float(reply.headers.get("Retry-After", 1)))

    racers = [context.Process(target=one, args=(number,)) for number in range(len(bodies))]
    for racer in racers:
        racer.start()
    found = [answers.get() for _ in racers]
    for racer in racers:
        racer.join()
    return [reply for reply, _ in found], sum(repeats for _, repeats in found)


def codes(replies: list[Reply]) -> Counter[str]:
    """How many were answered with each code; the status where a reply has none."""
    return Counter(str(one.body.get("code", one.status)) for one in replies)
