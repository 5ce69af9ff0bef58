"""Where a tenant's data may not go."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from novacron.models.base import Model, Name, ResourceId

Selector = Annotated[
    str,
    StringConstraints(
        pattern=r"^(\w{2}|(aws|azure|gcp|libvirt|agent|memory)"
        r"(/[\w.-]{1,64})?)$"
    ),
]
"""A jurisdiction ("eu", "us", an ISO country code), a provider ("aws"), or one of its regions
("aws/us-east-1")."""
Jurisdiction = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class Subject(StrEnum):
    """What a rule keeps out of a place."""

    TARGET = "target"
    CHUNK_STORE = "chunk_store"


class SovereigntyRule(Model):
    """Forbids a move by where it goes, or by where its bytes are kept on the way.

    ``sources``: VMs of which places it is for; none: of any. ``places`` are forbidden, or with
    ``outside`` every place but those.
    """

    name: Name
    subject: Subject = Subject.TARGET
    sources: list[Selector] = Field(default=[], max_length=100)
    places: list[Selector] = Field(default=[], max_length=100)
    outside: list[Selector] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.places) == bool(self.outside):
            raise ValueError("give places or outside")
        return self


class SovereigntyPolicy(Model):
    """A tenant's rules. ``own_sites``: account id -> the jurisdictions of its hosts, which no
    table of ours can know."""

    rules: list[SovereigntyRule] = Field(default=[], max_length=100)
    own_sites: dict[ResourceId, list[Jurisdiction]] = Field(default={}, max_length=100)
