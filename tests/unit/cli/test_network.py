from __future__ import annotations

from novacron.models.network import NetworkSpec
from tests.unit.cli.test_commands import Api

NETWORK = {
    "id": "network-1",
    "name": "net",
    "region": "eu-west-1",
    "details": {
        "cidr": "10.42.0.0/16",
        "tags": {"env": "prod"},
        "firewall_id": "sg-1",
        "subnets": [{"id": "subnet-1", "name": "a", "cidr": "10.42.1.0/24", "zone": "eu-west-1a"}],
        "firewall_rules": [
            {
                "name": "ssh",
                "direction": "ingress",
                "protocol": "tcp",
                "from_port": 22,
                "to_port": 22,
                "cidr": "10.0.0.0/8",
            }
        ],
    },
    "items": [{"id": "acc-1", "name": "prod-azure"}],
}


def test_a_copy_has_the_same_ranges_subnets_and_rules() -> None:
    api = Api(NETWORK)
    api.run("network", "copy", "network-1", "--account", "prod-azure", "--region", "westeurope")
    assert api.requests[0].url.path == "/networks/network-1"
    body = api.body()
    assert body["account_id"] == "acc-1"
    spec = NetworkSpec.model_validate(body["spec"])
    assert (spec.name, spec.region, spec.cidr) == ("net", "westeurope", "10.42.0.0/16")
    assert [(one.name, one.cidr, one.zone) for one in spec.subnets] == [("a", "10.42.1.0/24", None)]
    assert [one.name for one in spec.firewall_rules] == ["ssh"]
    assert spec.tags == {"env": "prod"}
