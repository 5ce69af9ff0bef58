"""Whose a resource is: one small document, kept in the resource's own metadata or beside it."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

from novacron.mapping.tags import digest
from novacron.models.base import Model, Ownership, Tags

NAMESPACE = "urn:novacron:resource:1"


class Owned(Model):
    """``digest`` is of the spec that the operation asked for; the rest as in the models.

    ``vm``: the VM that a disk was made with. ``source``: what a snapshot or image was made from.
    """

    name: str
    digest: str
    tags: Tags = {}
    tenant: str | None = None
    operation: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    vm: str | None = None
    source: str | None = None
    extra: dict[str, Any] = {}


def owned(spec: Any, owner: Ownership, **more: Any) -> Owned:
    return Owned(
        name=spec.name,
        digest=digest(spec),
        tags=spec.tags,
        tenant=owner.tenant,
        operation=owner.operation,
        created_at=datetime.now(UTC),
        **more,
    )


def derived_id(prefix: str, operation: str, part: str = "") -> str:
    """The same operation always names the same resource: that is what makes a create idempotent."""
    return f"{prefix}-{hashlib.sha256(f'{operation}/{part}'.encode()).hexdigest()[:16]}"


def metadata(record: Owned) -> ET.Element:
    """The element that goes under ``<metadata>``."""
    element = ET.Element(f"{{{NAMESPACE}}}resource")
    element.text = record.model_dump_json()
    return element


def read_metadata(document: ET.Element) -> Owned | None:
    """What a domain's or network's XML says; None for one that is not ours."""
    found = document.find(f"metadata/{{{NAMESPACE}}}resource")
    return None if found is None or not found.text else Owned.model_validate_json(found.text)


def own_disks(document: ET.Element) -> list[str]:
    """Imported disks that a domain was made around and takes with it."""
    record = read_metadata(document)
    return [] if record is None else list(record.extra.get("disks", []))
