"""A client that is not boto3: by GET, and by the namespace of EC2's own documentation."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from libcloud.compute.drivers.ec2 import EC2NodeDriver

from infra.local.aws_account import Server
from infra.local.common.faults import Fault
from tests.integration.aws_account.conftest import REGION


@pytest.fixture
def driver(server: Server) -> Any:
    at = urlsplit(server.url)
    return EC2NodeDriver(
        "AKIAIOSFODNN7EXAMPLE",
        "example",
        region=REGION,
        secure=False,
        host=at.hostname,
        port=at.port,
        signature_version="4",
    )


def test_libcloud_sees_a_vm(ec2: Any, driver: Any) -> None:
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    (node,) = driver.list_nodes()
    assert node.id == made["Instances"][0]["InstanceId"]


def test_a_fault_reaches_a_get(server: Server, driver: Any) -> None:
    server.account.faults.add(Fault("DescribeInstances", "Unavailable", http_status=400))
    with pytest.raises(Exception, match="Unavailable"):
        driver.list_nodes()
