"""The ``novacron`` command's root: output format, signing in, and where errors end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from novacron.cli import (
    agent,
    budget,
    config,
    cost,
    foresight,
    guest,
    migration,
    network,
    price,
    provider,
    recommend,
    storage,
    vm,
)
from novacron.cli.exits import EXIT_CODES, CliError
from novacron.cli.output import Format
from novacron.cli.resource import Id, resource_app
from novacron.cli.session import Session, session

root = typer.Typer(
    help="One API for virtual machines, wherever they run.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
root.add_typer(provider.app, name="provider")
root.add_typer(vm.app, name="vm")
root.add_typer(agent.app, name="agent")
root.add_typer(storage.volume, name="volume")
root.add_typer(storage.snapshot, name="snapshot")
root.add_typer(storage.image, name="image")
root.add_typer(network.app, name="network")
root.add_typer(guest.app, name="guest")
root.add_typer(migration.app, name="migration")
root.add_typer(recommend.app, name="recommend")
root.add_typer(price.app, name="price")
root.add_typer(budget.app, name="budget")
cost.app.add_typer(foresight.app)
root.add_typer(cost.app, name="cost")

operation = resource_app(
    "operation", "operations", ["id", "kind", "state", "percent", "resource_id"], deletes=False
)
root.add_typer(operation, name="operation")

audit = typer.Typer(help="Read the audit log.", no_args_is_help=True)
root.add_typer(audit, name="audit")


@root.callback()
def top(
    context: typer.Context,
    output: Annotated[Format, typer.Option("--output", "-o", envvar="NOVACRON_OUTPUT")] = (
        Format.TABLE
    ),
) -> None:
    """One API for virtual machines, wherever they run."""
    if not isinstance(context.obj, Session):
        context.obj = Session()
    context.obj.form = output


@root.command()
def login(
    context: typer.Context,
    url: Annotated[str, typer.Option(prompt="API URL")],
    token: Annotated[str, typer.Option(prompt="Token", hide_input=True, envvar="NOVACRON_TOKEN")],
) -> None:
    """Remember the API's URL and a token, readable by you alone."""
    target = config.save(config.Config(url=url, token=token))
    session(context).err.print(f"Signed in; kept in {target}")


@operation.command()
def wait(context: typer.Context, operation_id: Id) -> None:
    """Stay until an operation has ended."""
    session(context).follow(operation_id)


@audit.command("list")
def audit_list(context: typer.Context) -> None:
    """List the audit log, oldest first."""
    session(context).show_all("audit", ["number", "at", "subject", "action", "resource", "outcome"])


@audit.command("verify")
def audit_verify(context: typer.Context) -> None:
    """Check the log's hash chain from its first entry to its last."""
    here = session(context)
    result = here.connect().get("audit/verify")
    if not result["intact"]:
        raise CliError(
            f"The chain is broken at entry {result['broken_at']}: it was changed or removed. "
            "Keep the table as it is and compare it with its backups."
        )
    here.out.print(f"Intact: {result['entries']} entries.")


def output_first(arguments: list[str]) -> list[str]:
    """``vm list -o json`` as ``-o json vm list``: the format may stand anywhere."""
    for index, word in enumerate(arguments):
        if word == "--":
            break
        if word in ("-o", "--output"):
            end = index + 2
        elif word.startswith("--output="):
            end = index + 1
        else:
            continue
        return [*arguments[index:end], *arguments[:index], *arguments[end:]]
    return arguments


def app() -> None:
    """The console script: a CliError becomes its text and its exit code."""
    try:
        root(args=output_first(sys.argv[1:]))
    except CliError as error:
        Console(stderr=True).print(f"Error: {error}", style="red", markup=False, highlight=False)
        raise SystemExit(error.exit_code) from error
