"""Newer snapshots, from the providers' own price APIs."""
