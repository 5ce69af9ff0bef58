"""The ECB's file of reference rates on a loopback port, in the form that it has:
https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.loopback import Answer, serving

PATH = "/stats/eurofxref/eurofxref-hist-90d.xml"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" \
xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
\t<gesmes:subject>Reference rates</gesmes:subject>
\t<gesmes:Sender>
\t\t<gesmes:name>European Central Bank</gesmes:name>
\t</gesmes:Sender>
"""
FRIDAY, MONDAY = "2026-01-02", "2026-01-05"
RATES = {
    MONDAY: {"USD": "1.1000", "JPY": "170.00", "GBP": "0.85000"},
    FRIDAY: {"USD": "1.2500", "JPY": "160.00", "GBP": "0.80000"},
}
"""Newest first, as the ECB has them."""


def document(rates: Mapping[str, Mapping[str, str]] = RATES) -> bytes:
    lines = [HEAD, "\t<Cube>\n"]
    for day, quoted in rates.items():
        lines.append(f"\t\t<Cube time='{day}'>\n")
        lines += [f"\t\t\t<Cube currency='{one}' rate='{rate}'/>\n" for one, rate in quoted.items()]
        lines.append("\t\t</Cube>\n")
    return "".join([*lines, "\t</Cube>\n</gesmes:Envelope>"]).encode()


@contextmanager
def ecb(body: bytes, status: int = 200) -> Iterator[str]:
    """Yields the file's URL."""

    def get(path: str) -> Answer:
        return Answer(status if path == PATH else 404, body, "text/xml")

    with serving(get) as url:
        yield url + PATH
