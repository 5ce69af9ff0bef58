"""Rates of exchange that are published: the European Central Bank's."""
