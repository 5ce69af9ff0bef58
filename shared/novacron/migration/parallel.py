"""Work on several threads, with only so much of it under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

WORKERS = 8
"""Requests under way: 7 or 8 of them saturate an EBS snapshot's 1,000 requests a second."""

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """``map`` over WORKERS threads, in the order of completion.

    The first error ends it: no further item is begun, and those under way are waited for, so that
    nothing is written after it has raised. Items should take seconds at most.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        under_way: set[Future[R]] = set()
        for item in items:
            under_way.add(pool.submit(work, item))
            if len(under_way) == WORKERS:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from [future.result() for future in done]
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from [future.result() for future in done]
