"""When to stop copying: the rest can be moved in the downtime that was asked for, or it no
longer shrinks."""

from __future__ import annotations

from novacron.models.migration import Round

FIXED_SECONDS = 8.0
"""Stop, export, seal and boot, where nothing was measured yet."""
SHRINKING = 0.75
"""A round whose changes are less than so much of the round's before still gains something."""


def predicted_downtime(rounds: list[Round]) -> float:
    """Seconds, if the cutover began now: a last round moves what changed during this one.

    What changes is proportional to time, so that a last round as fast as this one is shorter by
    the share that this one was shorter than the one before.
    """
    last = rounds[-1]
    if len(rounds) == 1:
        return FIXED_SECONDS + last.seconds
    before = rounds[-2]
    dirty_rate = last.changed_bytes / max(before.seconds, 0.001)
    copy_rate = last.changed_bytes / max(last.seconds, 0.001)
    if copy_rate == 0:
        return FIXED_SECONDS
    return FIXED_SECONDS + dirty_rate * last.seconds / copy_rate


def converged(rounds: list[Round], most_rounds: int, max_downtime: float) -> str | None:
    """Why copying should end; None: another round gains something."""
    if len(rounds) >= 2 and predicted_downtime(rounds) <= max_downtime:
        return f"the rest moves in about {predicted_downtime(rounds):.0f} s"
    if len(rounds) >= most_rounds:
        return f"{most_rounds} rounds are done"
    if len(rounds) >= 3:
        last, before = rounds[-1], rounds[-2]
        if last.changed_bytes > before.changed_bytes * SHRINKING:
            return "the rest no longer shrinks"
    return None
