"""Waves of migrations."""
