"""What every command shares: the chosen output, the client, and how an operation is followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from novacron.cli.client import Client, connect
from novacron.cli.exits import NOT_FOUND, CliError
from novacron.cli.output import Format, render, render_one

Wait = Annotated[bool, typer.Option("--wait", "-w", help="Stay until the operation has ended.")]
Key = Annotated[
    str, typer.Option("--idempotency-key", help="Repeat a request safely with the same key.")
]
Mbit = Annotated[int | None, typer.Option("--mbit", min=10, help="Millions of bits a second.")]
NoLimit = Annotated[bool, typer.Option("--none", help="Limit it no more.")]
Tag = Annotated[list[str] | None, typer.Option("--tag", "-t", help="key=value; repeatable.")]


@dataclass
class Session:
    """Made once a command; tests give another ``connect``."""

    form: Format = Format.TABLE
    connect: Callable[[], Client] = connect
    out: Console = field(default_factory=Console)
    err: Console = field(default_factory=lambda: Console(stderr=True))

    def show_all(self, path: str, columns: list[str], **params: Any) -> None:
        client = self.connect()
        items = client.walk(path, **params)
        if "account" in columns and self.form is Format.TABLE:
            names = {one["id"]: one["name"] for one in client.walk("accounts")}
            items = ({**one, "account": names.get(one.get("account_id"))} for one in items)
        render(items, columns, self.form, self.out)

    def account(self, given: str) -> str:
        """The id of a provider account given by id or name. CliError: there is no such account."""
        if given.startswith("acc-"):
            return given
        names = {one["name"]: str(one["id"]) for one in self.connect().walk("accounts")}
        if given not in names:
            known = ", ".join(sorted(names)) or "none yet: `novacron provider add` makes one"
            raise CliError(f"There is no account {given!r}; there are {known}.", NOT_FOUND)
        return names[given]

    def show(self, path: str) -> None:
        render_one(self.connect().get(path), self.form, self.out)

    def change(
        self, method: str, path: str, body: dict[str, Any] | None, wait: bool, key: str
    ) -> None:
        """Send a change, follow its operation when asked, and print what came of it."""
        client = self.connect()
        reply = client.mutate(method, path, body, key)
        if wait and "state" in reply:
            reply = self._follow(client, reply)
        render_one(reply, self.form, self.out)

    def follow(self, operation_id: str) -> None:
        """Wait for an operation that was started before, and print how it ended."""
        client = self.connect()
        ended = self._follow(client, client.get(f"operations/{operation_id}"))
        render_one(ended, self.form, self.out)

    def _follow(self, client: Client, operation: dict[str, Any]) -> dict[str, Any]:
        shape = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        with Progress(*shape, console=self.err, transient=True) as progress:
            task = progress.add_task(operation.get("kind", "operation"), total=100)

            def seen(current: dict[str, Any]) -> None:
                progress.update(task, completed=current.get("percent", 0))

            return client.wait(operation, seen)


def limit(mbit: int | None, none: bool) -> dict[str, Any] | None:
    """What to ask of bandwidth. None: nothing was given. Raises CliError: both were."""
    if mbit is not None and none:
        raise CliError("Give --mbit or --none, not both.")
    return {"max_mbit_per_second": mbit} if none or mbit is not None else None


def session(context: typer.Context) -> Session:
    """The session that the top command made."""
    found = context.find_object(Session)
    if found is None:
        raise RuntimeError("the top command did not run")
    return found


def tags(pairs: list[str] | None) -> dict[str, str]:
    """``["a=b"]`` as ``{"a": "b"}``; typer.BadParameter without an equals sign."""
    parsed = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{pair!r} is not key=value", param_hint="--tag")
        parsed[name] = value
    return parsed
