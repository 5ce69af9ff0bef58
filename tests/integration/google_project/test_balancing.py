"""What parts of load balancers refuse."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions

from tests.integration.google_project.cloud import PROJECT, REGION, ZONE, Cloud, new_name


def _insert(cloud: Cloud, kind: str, one: str, **body: Any) -> str:
    name = new_name("part")
    where = {"zone": ZONE} if kind == "InstanceGroups" else {}
    resource = {f"{one}_resource": {"name": name, **body}}
    cloud.client(kind).insert_unary({"project": PROJECT, **where, **resource})
    return name


def test_each_part_names_one_that_is_there(cloud: Cloud) -> None:
    with pytest.raises(exceptions.NotFound):
        _insert(cloud, "UrlMaps", "url_map", default_service="global/backendServices/nothing")
    with pytest.raises(exceptions.BadRequest, match="none of"):
        _insert(cloud, "UrlMaps", "url_map", default_service="global/urlMaps/wrong")
    with pytest.raises(exceptions.BadRequest, match="Required"):
        _insert(cloud, "TargetHttpProxies", "target_http_proxy")
    group = _insert(cloud, "InstanceGroups", "instance_group")
    backends = [{"group": f"zones/{ZONE}/instanceGroups/{group}"}]
    with pytest.raises(exceptions.BadRequest, match="healthChecks"):
        _insert(cloud, "BackendServices", "backend_service", backends=backends)


def test_what_another_part_names_stays(cloud: Cloud) -> None:
    service = _insert(cloud, "BackendServices", "backend_service")
    named = f"global/backendServices/{service}"
    url_map = _insert(cloud, "UrlMaps", "url_map", default_service=named)
    here = {"project": PROJECT, "backend_service": service}
    with pytest.raises(exceptions.BadRequest, match="already being used"):
        cloud.client("BackendServices").delete_unary(**here)
    cloud.client("UrlMaps").delete_unary(project=PROJECT, url_map=url_map)
    cloud.client("BackendServices").delete_unary(**here)


def test_the_aggregated_list_has_global_rules_too(cloud: Cloud) -> None:
    service = _insert(cloud, "BackendServices", "backend_service")
    proxy = _insert(
        cloud, "TargetTcpProxies", "target_tcp_proxy", service=f"global/backendServices/{service}"
    )
    target = f"global/targetTcpProxies/{proxy}"
    rule = _insert(cloud, "GlobalForwardingRules", "forwarding_rule", target=target)
    told = {"name": rule, "backend_service": f"global/backendServices/{service}"}
    rules = cloud.client("ForwardingRules")
    rules.insert_unary(project=PROJECT, region=REGION, forwarding_rule_resource=told)
    scopes = dict(rules.aggregated_list(project=PROJECT))
    for scope in ("global", f"regions/{REGION}"):
        assert rule in [one.name for one in scopes[scope].forwarding_rules]


def test_a_group_has_an_instance_once(cloud: Cloud) -> None:
    groups, group = (
        cloud.client("InstanceGroups"),
        _insert(cloud, "InstanceGroups", "instance_group"),
    )
    where = {"project": PROJECT, "zone": ZONE, "instance_group": group}
    body = {"instances": [{"instance": f"zones/{ZONE}/instances/{cloud.instance().name}"}]}
    add = {**where, "instance_groups_add_instances_request_resource": body}
    groups.add_instances_unary(add)
    with pytest.raises(exceptions.BadRequest):
        groups.add_instances_unary(add)
    assert groups.get(**where).size == 1
    groups.remove_instances_unary(
        {**where, "instance_groups_remove_instances_request_resource": body}
    )
    assert groups.get(**where).size == 0
