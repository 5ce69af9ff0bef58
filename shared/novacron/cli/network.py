"""``novacron network``: made from a file, because a network is a document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from novacron.cli.exits import CliError
from novacron.cli.resource import resource_app
from novacron.cli.session import Key, Wait, session

app = resource_app("network", "networks", ["id", "name", "account", "region", "cidr"])


@app.command()
def create(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="YAML or JSON.")],
    account: Annotated[str, typer.Option(help="A provider account, by name or id.")],
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Create a network with its subnets and firewall rules from FILE."""
    here = session(context)
    body = {"account_id": here.account(account), "spec": _document(file)}
    here.change("POST", "networks", body, wait, key)


@app.command()
def copy(
    context: typer.Context,
    network_id: Annotated[str, typer.Argument(metavar="NETWORK")],
    account: Annotated[str, typer.Option(help="Where the copy is made, by name or id.")],
    region: Annotated[str, typer.Option(help="Where the copy is made.")],
    name: Annotated[str, typer.Option(help="Of the copy; as it is, if not given.")] = "",
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Make NETWORK once more elsewhere: the same ranges, subnets and rules, so that VMs that move
    can keep their private addresses. Zones are the other place's choice."""
    here = session(context)
    made = here.connect().get(f"networks/{network_id}")
    spec = {
        "name": name or made["name"],
        "region": region,
        "cidr": made["details"]["cidr"],
        "subnets": [{k: one[k] for k in ("name", "cidr")} for one in made["details"]["subnets"]],
        "firewall_rules": made["details"]["firewall_rules"],
        "tags": made["details"]["tags"],
    }
    here.change("POST", "networks", {"account_id": here.account(account), "spec": spec}, wait, key)


def _document(file: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(file.read_text())
    except yaml.YAMLError as error:
        raise CliError(f"{file} is no YAML: {error}. Mend it and try again.") from error
    if not isinstance(loaded, dict):
        raise CliError(f"{file}: write a network as a mapping with name, region, cidr, subnets.")
    return loaded
