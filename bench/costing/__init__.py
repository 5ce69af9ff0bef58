"""A bill of any size, imported by us and read by a plain script, and questions about it."""
