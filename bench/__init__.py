"""Runnable comparisons: ratios within one run, as machines are noisy."""
