"""What a local account is started with, and what may be switched while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..common.lifecycle import Pace


@dataclass(frozen=True)
class EventTarget:
    """An EventBridge to which instance state changes are sent."""

    endpoint: str
    access_key: str = "test"
    secret_key: str = "test"
    region: str = "us-east-1"
    bus: str = "default"
    source: str = "aws.ec2"


@dataclass(frozen=True)
class Options:
    """Fixed for the life of one server. ``port`` 0 takes a free one."""

    port: int = 0
    host: str = "127.0.0.1"
    account_id: str | None = None
    transition_describes: int = 1
    persist: bool = True
    events: EventTarget | None = None


@dataclass
class Switches(Pace):
    """Changed with ``POST /_local/settings``.

    empty_pages: each EBS listing starts with an empty page and a token.
    page_blocks: most blocks of an EBS listing's page, whatever MaxResults says; 0: no such limit.
    snapshot_visible_after: calls on a new EBS direct snapshot that say it does not exist.
    standard_vcpus, gp3_tib: the account's quotas; RunInstances holds the first.
    external_ids: role ARN -> the external id without which it is not assumed.
    quotas: EBS direct operation -> requests per second of virtual time; absent: unlimited.
    """

    empty_pages: bool = False
    page_blocks: int = 0
    snapshot_visible_after: int = 0
    standard_vcpus: int = 256
    gp3_tib: int = 50
    external_ids: dict[str, str] = field(default_factory=dict)
    quotas: dict[str, int] = field(default_factory=dict)
