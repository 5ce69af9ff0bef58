"""docs/providers.md is the code's own table of every operation by provider."""

from __future__ import annotations

from infra.providers_table import TARGET, table


def prove() -> str:
    text = table()
    if TARGET.read_text() != text:
        raise AssertionError("docs/providers.md is older than the code: run `make template`")
    return f"{text.count('works')} operations work, {text.count('refused')} are refused"
