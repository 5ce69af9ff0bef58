"""Every code that can be given is explained, and every one explained can be given."""

from __future__ import annotations

import re
from pathlib import Path

from novacron.migration.assess import codes
from novacron.migration.assess.codes import MEANINGS

DOCS = Path(__file__).parents[3] / "docs" / "migration.md"
SOURCES = Path(codes.__file__).parent


def test_the_documents_table_is_the_codes_own() -> None:
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)` \| (.+) \|$", DOCS.read_text(), re.MULTILINE)
    assert dict(rows) == MEANINGS


def test_every_code_is_given_somewhere() -> None:
    text = "".join(path.read_text() for path in SOURCES.glob("*.py") if path.name != "codes.py")
    given = set(re.findall(r'"([a-z]+\.[a-z]+)"', text))
    assert given & MEANINGS.keys() == MEANINGS.keys()
