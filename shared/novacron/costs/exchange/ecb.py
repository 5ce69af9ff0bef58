"""The ECB's euro reference rates of the last 90 days: XML, some 150 KB, without credentials.

https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html

They are published about 16:00 CET on days that TARGET is open; other days have none.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import NoReturn
from xml.parsers import expat

from novacron.errors import ProviderUnavailable, Throttled
from novacron.models.cost import Currency

SECONDS = 60
MOST_BYTES = 8 * 1024**2
CUBE = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube"
"""Namespace and name of a day and of a rate in it."""
Published = dict[date, dict[Currency, Decimal]]
"""Day -> currency -> how much of it one euro is."""


def published(url: str) -> Published:
    """Raises Throttled, ProviderUnavailable: no answer, or none that is whole."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as reply:  # noqa: S310 - the operator's
            return parsed(reply.read(MOST_BYTES + 1))
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Throttled("The ECB asks to wait.") from error
        raise ProviderUnavailable(f"The ECB answered {error.code}.") from error
    except OSError as error:
        raise ProviderUnavailable("The ECB did not answer.") from error


def parsed(document: bytes) -> Published:
    """Raises ProviderUnavailable: not whole, not of this form, or with a document type, which
    could name entities and files."""
    if len(document) > MOST_BYTES:
        raise ProviderUnavailable("The ECB's answer is larger than it may be.")
    found: Published = {}
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = lambda name, given: _take(found, name, given)
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, ValueError, KeyError, InvalidOperation) as error:
        raise ProviderUnavailable("The ECB's answer is not as documented.") from error
    if not found or not all(found.values()):
        raise ProviderUnavailable("The ECB's answer has no rates.")
    return found


def _no_doctype(*_: object) -> NoReturn:
    raise ValueError("a document type")


def _take(found: Published, name: str, given: Mapping[str, str]) -> None:
    """Raises ValueError, KeyError, InvalidOperation: not of this form."""
    if name != CUBE or not given:
        return
    if "time" in given:
        found[date.fromisoformat(given["time"])] = {}
        return
    rate = Decimal(given["rate"])
    if not rate.is_finite() or rate <= 0 or not found:
        raise ValueError(f"a rate of {rate}")
    found[next(reversed(found))][given["currency"]] = rate
