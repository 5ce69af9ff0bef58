"""Our own AWS on this machine: MiniStack with IAM enforced, durable, on loopback alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import boto3

from infra.local.stack.services import Service

ROOT = Path(__file__).parents[3]
REGION = "us-east-1"
ACCESS_KEY = "novacron-local"
SECRET_KEY = "novacron-local-secret"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""The functions' runtime here: the interpreter that the project itself runs on."""


def service(folder: Path, port: int) -> Service:
    home = ROOT / ".tools" / "ministack" / "bin"
    for name in ("state", "s3", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    env = {
        "HOME": os.environ.get("HOME", str(folder)),
        "PATH": f"{home}:/usr/bin:/bin",
        "TMPDIR": str(folder / "tmp"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        **credentials(port),
    }
    return Service(
        "control-plane",
        [str(home / "python"), str(Path(__file__).with_name("aws_server.py"))],
        port,
        folder,
        env,
    )


def credentials(port: int) -> dict[str, str]:
    """The environment by which an SDK, and so the SAM CLI, talks to it as its owner."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def client(name: str, port: int) -> Any:
    connect: Any = boto3.client  # its type is an overload for each service
    return connect(
        name,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )
