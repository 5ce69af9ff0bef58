"""``novacron agent``: agents as the API sees them, and the agent itself on its host."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from novacron.agent import unit
from novacron.cli.exits import CliError
from novacron.cli.resource import resource_app
from novacron.cli.session import Key, session, tags
from novacron.errors import NovaCronError

app = resource_app("host agent", "agents", ["id", "name", "enrolled_at", "last_seen"])
State = Annotated[Path, typer.Option("--state-dir", help="Where identity and journal are.")]


@app.command()
def create(context: typer.Context, name: Annotated[str, typer.Argument()], key: Key = "") -> None:
    """Make an agent; prints the token that enrols it, once, within an hour."""
    session(context).change("POST", "agents", {"name": name}, False, key)


@app.command()
def enroll(
    context: typer.Context,
    url: Annotated[str, typer.Option(help="The API's URL.")],
    token: Annotated[str, typer.Option(envvar="NOVACRON_AGENT_TOKEN", prompt=True)],
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=value of the provider, such as pool=default."),
    ] = None,
    provider: Annotated[
        str, typer.Option(help="What it serves: libvirt, or the devices of a migration's worker.")
    ] = "libvirt",
    state_dir: State = unit.STATE,
) -> None:
    """On the host: make a key pair here, give its public half for the token."""
    from novacron.agent import client, identity

    uri = {"uri": "qemu:///system"} if provider == "libvirt" else {}
    settings = {**uri, **tags(setting)}
    private_key, public_key = identity.new_key()
    try:
        _provider(provider, settings)
        told = client.enrol(url, token, public_key)
    except NovaCronError as error:
        raise CliError(error.detail) from error
    mine = identity.Identity(
        url=url,
        tenant=told.tenant,
        agent_id=told.agent_id,
        private_key=private_key,
        settings=settings,
        provider=provider,
    )
    kept = identity.save(state_dir, mine)
    session(context).err.print(f"{told.agent_id} is enrolled; its key is in {kept}")


@app.command()
def run(context: typer.Context, state_dir: State = unit.STATE) -> None:
    """On the host: serve until SIGTERM."""
    from novacron.agent.agent import Agent
    from novacron.agent.chunks import AgentChunks
    from novacron.agent.client import Client
    from novacron.agent.identity import load
    from novacron.agent.journal import Journal
    from novacron.migration.shards import ShardsHere

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        mine = load(state_dir)
    except (OSError, ValueError) as error:
        raise CliError(f"{error}. Run `novacron agent enroll` first.") from error
    client = Client(mine)
    agent = Agent(
        client=client,
        journal=Journal(state_dir / "journal.db"),
        provider=_provider(mine.provider, mine.settings),
        health=_provider(mine.provider, mine.settings).health,
        shards=ShardsHere(
            _provider(mine.provider, mine.settings), AgentChunks(client, mine.tenant)
        ),
    )
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: agent.end())
    session(context).err.print(f"{mine.agent_id} serves {mine.url}")
    agent.run()


@app.command()
def install(context: typer.Context) -> None:
    """On the host, as root: write the systemd unit. Nothing is started."""
    if os.geteuid() != 0:
        raise CliError(f"Only root can write {unit.FOLDER}: run it with sudo.")
    try:
        made = unit.install(Path(sys.argv[0]).resolve())
    except OSError as error:
        raise CliError(f"{unit.FOLDER}: {error.strerror}. Is systemd there?") from error
    session(context).err.print(
        f"Wrote {made}. Start it: systemctl daemon-reload && systemctl enable --now {made.name}"
    )


@app.command()
def upgrade(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="A version, or the path of a wheel.")],
    sha256: Annotated[str, typer.Option(help="The wheel's checksum.")] = "",
) -> None:
    """On the host: install another version where this one is, and restart the systemd unit."""
    from novacron.cli.upgrade import install, requirement, restart

    wanted = requirement(to, sha256)
    if (unit.FOLDER / unit.NAME).exists() and os.geteuid() != 0:
        raise CliError(f"Only root can restart {unit.NAME}: run it with sudo.")
    install(wanted)
    restarted = restart(unit.FOLDER)
    session(context).err.print(
        f"{to} is installed; the agent "
        + ("was restarted, if it ran." if restarted else "has no unit: restart it yourself.")
    )


def _provider(kind: str, settings: dict[str, str]) -> Any:
    """Raises CliError where libvirt's package is missing, InvalidSpec."""
    if kind == "devices":
        from novacron.providers.devices.provider import DevicesProvider

        return DevicesProvider.from_settings(settings, {})
    if kind != "libvirt":
        raise CliError(f"An agent serves libvirt or devices, not {kind!r}.")
    try:
        from novacron.providers.libvirt.provider import LibvirtProvider
    except ImportError as error:
        raise CliError("Install novacron[cli,libvirt] on this host.") from error
    return LibvirtProvider.from_settings(settings, {})
