"""Run it."""

from bench.cold_start.measure import main

main()
