"""The managed accounts that the main job registers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.azure_account import Options as AzureOptions
from infra.local.onprem import guest, host
from infra.local.stack.control_plane import ACCESS_KEY, REGION, SECRET_KEY
from infra.local.stack.services import Service

ACCOUNT = "123456789012"
PROJECT = "novacron-local"


@dataclass(frozen=True)
class Target:
    """A provider account to register, and what to ask of it."""

    name: str
    type: str
    region: str
    image: str
    settings: dict[str, str]
    secret: dict[str, str] = field(default_factory=dict)
    endpoints: tuple[str, ...] = ()
    """Settings that name what the deployment must allow to be reached."""
    console: str | None = None
    """What the guest prints on its console once it has booted; None: it has no guest."""


def aws_service(folder: Path, port: int, control_plane: int) -> Service:
    (folder / "aws").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "infra.local.aws_account", "--port", str(port)]
    command += ["--state-dir", str(folder / "aws"), "--account-id", ACCOUNT]
    command += ["--events-endpoint", f"http://127.0.0.1:{control_plane}"]
    command += ["--events-region", REGION]
    command += ["--events-access-key", ACCESS_KEY, "--events-secret-key", SECRET_KEY]
    return Service("aws-account", command, port, folder)


def aws(port: int) -> Target:
    return Target(
        name="aws",
        type="aws",
        region="us-east-1",
        image="debian-12",
        settings={
            "region": "us-east-1",
            "endpoint_url": f"http://127.0.0.1:{port}",
            "role_arn": f"arn:aws:iam::{ACCOUNT}:role/novacron",
        },
        secret={
            "access_key_id": "AKIAIOSFODNN7EXAMPLE",
            "secret_access_key": "example",
            "external_id": "embedded",
        },
        endpoints=("endpoint_url",),
    )


def azure_service(folder: Path, port: int) -> Service:
    (folder / "azure").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "infra.local.azure_account", "--port", str(port)]
    command += ["--state-dir", str(folder / "azure")]
    return Service("azure-subscription", command, port, folder)


def azure(folder: Path, port: int) -> Target:
    url, known = f"https://127.0.0.1:{port}", AzureOptions()
    return Target(
        name="azure",
        type="azure",
        region=known.location,
        image="debian-12",
        settings=known.settings(url, str(folder / "azure" / "ca.pem")),
        secret={"client_secret": known.client_secret},
        endpoints=("endpoint_url", "authority_url", "ca_file"),
    )


def google_service(folder: Path, port: int) -> Service:
    (folder / "google").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "infra.local.google_project", "--port", str(port)]
    command += ["--state-dir", str(folder / "google"), "--project", PROJECT]
    # A migration's worker finds its agent installed.
    command += ["--guest", f"NOVACRON={Path(sys.executable).with_name('novacron')}"]
    return Service("google-project", command, port, folder)


def google(folder: Path, port: int) -> Target:
    url = f"http://127.0.0.1:{port}"
    key = (folder / "google" / "service-account.json").read_text()
    return Target(
        name="gcp",
        type="gcp",
        region="europe-west1",
        image="debian-12",
        settings={
            "project": PROJECT,
            "region": "europe-west1",
            "endpoint_url": url,
            "monitoring_url": url,
            "dns_url": url,
            "token_uri": f"{url}/token",
        },
        secret={"service_account_key": key},
        endpoints=("endpoint_url", "monitoring_url", "dns_url", "token_uri"),
    )


@contextmanager
def on_premises(folder: Path) -> Iterator[Target]:
    """A real libvirt host with a real guest image; where there can be none, the in-memory cloud."""
    reason = host.missing()
    if reason is not None:
        print(f"  ! on-premises is played by the in-memory cloud: {reason}", flush=True)
        yield memory()
        return
    running = host.start(folder / "onprem")
    try:
        yield Target(
            name="on-premises",
            type="libvirt",
            region="onprem",
            image=running.image,
            settings={"uri": running.uri, "pool": running.pool, "accelerator": "qemu"},
            console=guest.READY,
            endpoints=("uri",),
        )
    finally:
        running.stop()


def memory() -> Target:
    return Target("on-premises", "memory", "local", "debian-12", {"cloud": "on-premises"})
