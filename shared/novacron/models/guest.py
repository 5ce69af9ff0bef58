"""What a script said that was run inside a guest."""

from __future__ import annotations

from pydantic import Field

from novacron.models.base import Model

OUTPUT_CHARS = 4000
"""Of a script's output, its end: Azure keeps no more than 4 KB
(https://learn.microsoft.com/en-us/azure/virtual-machines/linux/run-command-managed)."""


class GuestResult(Model):
    """``output``: standard output and errors, as far as the provider keeps them."""

    exit_code: int
    output: str = Field(default="", max_length=OUTPUT_CHARS)
