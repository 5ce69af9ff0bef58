"""Advice that pays: found by rules, applied and undone as operations, measured from the bill."""
