"""Budgets: what is spent, what running VMs have reserved, and what happens at the limit."""
