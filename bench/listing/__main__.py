"""Run the comparisons: all, or those that are named."""

from __future__ import annotations

import sys

from bench.listing.compare import main

main(*sys.argv[1:])
