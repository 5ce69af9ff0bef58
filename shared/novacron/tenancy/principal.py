"""The caller, as a verified token says."""

from __future__ import annotations

from enum import StrEnum

from novacron.models.base import Model


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    AGENT = "agent"
    """A host agent; never a person: tokens of the issuer cannot give it."""


class Principal(Model):
    """``tenant`` comes from a signed claim, never from a request."""

    tenant: str
    subject: str
    roles: frozenset[Role]
