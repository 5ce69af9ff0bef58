"""What an answer may take, whichever engine gives it."""

from __future__ import annotations

SECONDS = 15.0
"""For the statement, within the 29 that an API call has."""
MOST_ROWS = 10_000
MOST_BYTES = 4 * 1024**2
"""Of JSON: an answer of a function has 6 MB at most
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""
