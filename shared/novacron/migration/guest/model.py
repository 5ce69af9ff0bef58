"""What is known of a guest, what is planned for it, and what stands in the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any


class Target(Enum):
    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"
    LIBVIRT = "libvirt"


class Severity(Enum):
    """An ``ERROR`` stops the plan from being applied."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """``code`` is stable."""

    code: str
    severity: Severity
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class Change:
    """A file's whole content. ``mode`` is that of a file which is new."""

    path: str
    content: bytes = field(repr=False)
    mode: int = 0o644


@dataclass(frozen=True)
class Action:
    """``rebuild``: the initramfs of every kernel has to be made anew afterwards."""

    name: str
    why: str
    changes: tuple[Change, ...]
    rebuild: bool = False


@dataclass(frozen=True)
class Kernel:
    """``drivers``: modules and what is built in, with ``_`` for ``-``."""

    release: str
    drivers: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class Facts:
    """``boot_entries``: files with kernel command lines. ``devices``: device name -> UUID of its
    file system. ``datasources``: None where there is no cloud-init or no list."""

    distribution: str
    version: str
    kernels: tuple[Kernel, ...]
    initramfs: str | None
    loaders: tuple[str, ...]
    boot_entries: tuple[str, ...]
    network: tuple[str, ...]
    bound_to_mac: tuple[str, ...]
    cloud_init: bool
    datasources: tuple[str, ...] | None
    agents: tuple[str, ...]
    devices: dict[str, str]


@dataclass(frozen=True)
class Plan:
    target: Target
    actions: tuple[Action, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    def shown(self) -> dict[str, Any]:
        """As JSON: of each change its path alone."""
        actions = [
            {"name": a.name, "why": a.why, "files": [c.path for c in a.changes]}
            for a in self.actions
        ]
        findings = [{**asdict(one), "severity": one.severity.value} for one in self.findings]
        return {"target": self.target.value, "actions": actions, "findings": findings}
