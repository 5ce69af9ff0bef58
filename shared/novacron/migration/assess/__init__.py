"""Before a migration: what stands in its way, what it takes and what it costs."""
