"""What every local cloud has: virtual time, faults on demand, transitions that take time."""
