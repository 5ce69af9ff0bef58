"""Costs that are not as they were: found within a day of the data, explained, muted if wished."""
