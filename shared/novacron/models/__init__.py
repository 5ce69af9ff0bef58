"""Typed shapes of everything that crosses an edge. Requests refuse unknown fields."""
