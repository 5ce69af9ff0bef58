"""A local account of each test's own, and SDK clients for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from infra.local.aws_account import Server, start_in_thread

REGION = "us-east-1"


def connect(server: Server | str, service: str) -> Any:
    """A client that never retries."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=server if isinstance(server, str) else server.url,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="example",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Transitions take no time unless a test asks for some."""
    folder: Path = tmp_path_factory.mktemp("account")
    running = start_in_thread(folder, transition_describes=0)
    yield running
    running.stop()


@pytest.fixture
def ec2(server: Server) -> Any:
    return connect(server, "ec2")


@pytest.fixture
def ebs(server: Server) -> Any:
    return connect(server, "ebs")
