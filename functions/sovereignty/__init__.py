"""Where a tenant's data may go."""
