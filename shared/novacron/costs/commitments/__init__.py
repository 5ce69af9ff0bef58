"""What to commit to: reservations, spend plans and committed use, from hourly usage and prices."""
