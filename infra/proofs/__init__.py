"""Proofs: each module's docstring says what it shows, its ``prove`` returns the figure."""
