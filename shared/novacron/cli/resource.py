"""The commands that every resource has: list, show, delete."""

from __future__ import annotations

from typing import Annotated

import typer

from novacron.cli.session import Key, Tag, Wait, session, tags

Id = Annotated[str, typer.Argument(help="The resource's id, as `list` shows it.")]


def resource_app(noun: str, path: str, columns: list[str], *, deletes: bool = True) -> typer.Typer:
    """A sub-command for ``noun`` whose collection is at ``path``."""
    app = typer.Typer(help=f"Work with {noun}s.", no_args_is_help=True)

    @app.command("list")
    def list_(
        context: typer.Context,
        account: Annotated[str, typer.Option(help="Only of this account, by name or id.")] = "",
        region: Annotated[str, typer.Option(help="Only in this region.")] = "",
        state: Annotated[str, typer.Option(help="Only in this state.")] = "",
        name: Annotated[str, typer.Option(help="Only of this name.")] = "",
        tag: Tag = None,
    ) -> None:
        """List all that match, over every page."""
        wanted = [f"{key}={value}" for key, value in tags(tag).items()]
        here = session(context)
        where = {"account": here.account(account) if account else "", "region": region}
        here.show_all(path, columns, **where, state=state, name=name, tag=wanted)

    @app.command()
    def show(context: typer.Context, resource_id: Id) -> None:
        """Show one, whole."""
        session(context).show(f"{path}/{resource_id}")

    if deletes:

        @app.command()
        def delete(
            context: typer.Context,
            resource_id: Id,
            yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
            wait: Wait = False,
            key: Key = "",
        ) -> None:
            """Delete one. What it held is gone for good."""
            if not yes:
                typer.confirm(f"Delete {noun} {resource_id}?", abort=True, err=True)
            session(context).change("DELETE", f"{path}/{resource_id}", None, wait, key)

    return app
