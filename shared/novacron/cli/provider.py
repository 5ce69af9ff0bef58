"""``novacron provider``: the accounts that VMs are made in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from novacron.cli.exits import CliError
from novacron.cli.resource import Id, resource_app
from novacron.cli.session import Key, Mbit, NoLimit, session, tags
from novacron.cli.session import limit as wanted

app = resource_app("provider account", "accounts", ["id", "name", "type", "validated_at"])
Secret = Annotated[
    Path | None,
    typer.Option(
        "--secret-file",
        exists=True,
        dir_okay=False,
        help="JSON with the credential, so that it stands in no shell history.",
    ),
]


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument()],
    kind: Annotated[str, typer.Option("--type", help="aws, libvirt, agent or memory.")],
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, such as region=eu-west-1.")
    ] = None,
    secret_file: Secret = None,
    key: Key = "",
) -> None:
    """Register a provider account."""
    body = {
        "name": name,
        "type": kind,
        "settings": tags(setting),
        "secret": _secret(secret_file),
    }
    session(context).change("POST", "accounts", body, False, key)


@app.command()
def validate(context: typer.Context, account_id: Id, key: Key = "") -> None:
    """Try the account's credential."""
    session(context).change("POST", f"accounts/{account_id}/validate", {}, False, key)


@app.command()
def rotate(
    context: typer.Context, account_id: Id, secret_file: Secret = None, key: Key = ""
) -> None:
    """Replace the account's credential; the old one stays until the new one works."""
    body = {"secret": _secret(secret_file)}
    session(context).change("POST", f"accounts/{account_id}/rotate", body, False, key)


@app.command()
def limit(
    context: typer.Context, account_id: Id, mbit: Mbit = None, none: NoLimit = False, key: Key = ""
) -> None:
    """Limit the bandwidth of all migrations from and to it together; without options show it."""
    here, path, asked = session(context), f"accounts/{account_id}/bandwidth", wanted(mbit, none)
    if asked is None:
        here.show(path)
    else:
        here.change("PUT", path, asked, False, key)


@app.command()
def health(context: typer.Context) -> None:
    """Whether each account's provider answers."""
    session(context).show_all("health", ["account_id", "type", "healthy", "detail"])


def _secret(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        loaded = json.loads(file.read_text())
    except ValueError as error:
        raise CliError(f"{file} is not JSON: {error}. Mend the file and try again.") from error
    if not isinstance(loaded, dict):
        raise CliError(f'{file}: write a credential as a JSON object, as in {{"name": "value"}}.')
    return {str(name): str(value) for name, value in loaded.items()}
