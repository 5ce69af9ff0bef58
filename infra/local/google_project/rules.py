"""Names, labels, fingerprints and times as Compute Engine writes them."""

from __future__ import annotations

import json
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from .errors import condition_not_met, invalid, required

# https://cloud.google.com/compute/docs/naming-resources#resource-name-format
NAME = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
# https://cloud.google.com/compute/docs/labeling-resources#requirements
MAX_LABELS = 64
_LABEL_KEY = re.compile(r"[^\W\d_A-Z][-\w]{0,62}")
_LABEL_VALUE = re.compile(r"[-\w]{0,63}")


def check_name(body: dict[str, Any], field: str = "name") -> str:
    name = body.get(field)
    if not name:
        raise required(f"resource.{field}")
    if not re.fullmatch(NAME, name):
        raise invalid(f"resource.{field}", name, f"Must be a match of regex '(?:{NAME})'")
    return str(name)


def check_labels(labels: dict[str, str], field: str = "resource.labels") -> dict[str, str]:
    if len(labels) > MAX_LABELS:
        raise invalid(field, len(labels), f"At most {MAX_LABELS} labels are allowed.")
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key) or key != key.lower():
            raise invalid(f"{field}.key", key, "Label keys must match '[a-z][-_a-z0-9]{0,62}'.")
        if not _LABEL_VALUE.fullmatch(value) or value != value.lower():
            raise invalid(f"{field}.value", value, "Label values must match '[-_a-z0-9]{0,63}'.")
    return labels


def fingerprint(value: Any) -> str:
    """8 bytes in base64, another one for another value."""
    digest = sha256(json.dumps(value, sort_keys=True).encode()).digest()
    return urlsafe_b64encode(digest[:8]).decode()


def check_fingerprint(given: str | None, current: str, what: str) -> None:
    """https://cloud.google.com/compute/docs/labeling-resources#label_fingerprints"""
    if given != current:
        raise condition_not_met(what)


def new_id() -> str:
    """Unsigned 64 bits; the top bit is set, so that a reader with signed ones is found out."""
    return str(secrets.randbits(63) | 1 << 63)


def timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
