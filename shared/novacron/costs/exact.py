"""Sums of money that lose no digit: Python's own 28 are fewer than an amount of ours may have."""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import Context, localcontext

DIGITS = 76
"""Twice an amount's 38: enough for any sum of what can be stored."""


def exactly() -> AbstractContextManager[Context]:
    """The body's sums are exact; a quotient has DIGITS."""
    return localcontext(prec=DIGITS)
