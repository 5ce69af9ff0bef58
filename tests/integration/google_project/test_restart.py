"""What a stop and a start keep: everything."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from tests.integration.google_project.cloud import PROJECT, ZONE, Cloud, instance_body


def test_a_restart_keeps_resources_operations_bytes_and_tokens(tmp_path: Path) -> None:
    at = {"project": PROJECT, "zone": ZONE}
    request = {**at, "instance_resource": instance_body("vm"), "request_id": str(uuid4())}
    with Cloud.open(tmp_path, transition_describes=1) as cloud:
        begun = cloud.client("Instances").insert_unary(request=request)
        disk = cloud.client("Disks").get(**at, disk="vm")
        url = f"{cloud.server.url}/_local/disks/{disk.id}/data?offset=4096"
        cloud.session().put(url, data=b"kept").raise_for_status()
        key = cloud.server.service_account_key
    with Cloud.open(tmp_path, transition_describes=1) as cloud:
        assert cloud.server.service_account_key["private_key"] == key["private_key"]
        instances = cloud.client("Instances")
        assert instances.insert_unary(request=request).name == begun.name
        statuses = [instances.get(**at, instance="vm").status for _ in range(2)]
        assert statuses == ["STAGING", "RUNNING"]
        assert cloud.operation(begun.name).status.name == "DONE"
        url = f"{cloud.server.url}/_local/disks/{disk.id}/data?offset=4096&length=4"
        assert cloud.session().get(url).content == b"kept"
