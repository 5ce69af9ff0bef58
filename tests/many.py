"""How often a property is tried: a few times with all tests, more often where it is the proof."""

from __future__ import annotations

import os


def examples(few: int) -> int:
    """``NOVACRON_MANY`` times as many."""
    return few * int(os.environ.get("NOVACRON_MANY", "1"))
