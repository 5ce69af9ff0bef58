"""What a network endpoint group refuses."""

from __future__ import annotations

import pytest
from google.api_core import exceptions

from tests.integration.google_project.cloud import PROJECT, ZONE, Cloud, new_name


def test_endpoints_come_once_and_go_once(cloud: Cloud) -> None:
    groups, name = cloud.client("NetworkEndpointGroups"), new_name("neg")
    here = {"project": PROJECT, "zone": ZONE, "network_endpoint_group": name}
    body = {"name": name, "network_endpoint_type": "GCE_VM_IP_PORT"}
    groups.insert_unary(project=PROJECT, zone=ZONE, network_endpoint_group_resource=body)
    endpoints = {"network_endpoints": [{"instance": cloud.instance().name, "port": 80}]}
    attach = {**here, "network_endpoint_groups_attach_endpoints_request_resource": endpoints}
    detach = {**here, "network_endpoint_groups_detach_endpoints_request_resource": endpoints}
    with pytest.raises(exceptions.BadRequest, match="not attached"):
        groups.detach_network_endpoints_unary(detach)
    groups.attach_network_endpoints_unary(attach)
    assert groups.get(**here).size == 1
    with pytest.raises(exceptions.BadRequest, match="attached already"):
        groups.attach_network_endpoints_unary(attach)
    groups.detach_network_endpoints_unary(detach)
    assert groups.get(**here).size == 0
    endpoints["network_endpoints"][0]["instance"] = "nobody"
    with pytest.raises(exceptions.NotFound):
        groups.attach_network_endpoints_unary(attach)
