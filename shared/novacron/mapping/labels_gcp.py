"""Our own tags as Google labels, without loss.

https://cloud.google.com/compute/docs/labeling-resources#requirements: 63 characters, lower case
letters, digits, "_" and "-". A value that is none is written in base32 over as many labels as it
takes: "novacron-tenant", "novacron-tenant-2" ... The mark before it and the "_" after it, which
base32 does not have, keep any two values apart, also where one's labels are the other's first.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Mapping

LENGTH = 63
MARK = "_x"
NAME = "novacron-name"
_PLAIN = re.compile(r"[a-z0-9_-]{0,63}")
_PARTS = re.compile(r"novacron-([a-z]+)(?:-(\d+))?")


def to_labels(ours: Mapping[str, str]) -> dict[str, str]:
    """ "novacron:tenant" -> "novacron-tenant" and, where needed, "novacron-tenant-2" ..."""
    labels: dict[str, str] = {}
    for key, value in ours.items():
        name = key.replace(":", "-")
        written = _written(value)
        for number, start in enumerate(range(0, max(1, len(written)), LENGTH), 1):
            part = name if number == 1 else f"{name}-{number}"
            labels[part] = written[start : start + LENGTH]
    return labels


def from_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Our tags again; labels that are not ours stay as they are."""
    parts: dict[str, dict[int, str]] = {}
    found: dict[str, str] = {}
    for key, value in labels.items():
        match = _PARTS.fullmatch(key)
        if match is None or key == NAME:
            found[key] = value
            continue
        parts.setdefault(f"novacron:{match[1]}", {})[int(match[2] or 1)] = value
    for key, numbered in parts.items():
        found[key] = _read("".join(numbered[number] for number in sorted(numbered)))
    return found


def _written(value: str) -> str:
    if _PLAIN.fullmatch(value) and not value.startswith(MARK):
        return value
    return MARK + b32encode(value.encode()).decode().rstrip("=").lower() + "_"


def _read(written: str) -> str:
    """What was written; anything else, as others may set our labels too, is as it is."""
    if not (written.startswith(MARK) and written.endswith("_")):
        return written
    body = written[len(MARK) : -1].upper()
    try:
        return b32decode(body + "=" * (-len(body) % 8)).decode()
    except ValueError:
        return written
