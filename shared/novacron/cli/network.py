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


def _document(file: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(file.read_text())
    except yaml.YAMLError as error:
        raise CliError(f"{file} is no YAML: {error}. Mend it and try again.") from error
    if not isinstance(loaded, dict):
        raise CliError(f"{file}: write a network as a mapping with name, region, cidr, subnets.")
    return loaded
