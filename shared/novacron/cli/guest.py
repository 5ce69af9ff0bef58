"""``novacron guest``: make a guest's disk ready for another cloud. Nothing here asks the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from novacron.cli.exits import BY_CODE, FAILED, CliError
from novacron.cli.output import Format, render_one
from novacron.cli.session import session
from novacron.errors import NovaCronError
from novacron.migration.guest import __main__ as told
from novacron.migration.guest import bundle as bundles
from novacron.migration.guest import work
from novacron.migration.guest.model import Target

app = typer.Typer(help="Make a guest ready for another cloud.", no_args_is_help=True)
To = Annotated[Target, typer.Option("--target", help="Where the guest is to run.")]
Apply = Annotated[bool, typer.Option("--apply", help="Carry the plan out, not only show it.")]
Root = Annotated[Path, typer.Option(help="Where the guest's root file system is mounted.")]
HERE = Path("/")


@app.command()
def prepare(context: typer.Context, target: To, root: Root = HERE, apply: Apply = False) -> None:
    """Inside the running source, as root. The guest still boots where it is."""
    with _refusals():
        _show(context, work.prepare(root, target, write=apply))


@app.command()
def undo(context: typer.Context, root: Root = HERE) -> None:
    """Put back what `prepare` changed."""
    with _refusals():
        session(context).out.print(told.undone(work.revert(root)), markup=False, highlight=False)


@app.command()
def convert(
    context: typer.Context,
    disk: Annotated[Path, typer.Option(help="A raw image or block device that is a clone.")],
    target: To,
    apply: Apply = False,
) -> None:
    """On a worker, as root: a disk that nothing runs from. Programs of the guest are run."""
    with _refusals():
        _show(context, work.convert(disk, target, write=apply))


@app.command()
def bundle(context: typer.Context, file: Annotated[Path, typer.Argument()]) -> None:
    """Write `prepare` as one file that runs in a guest with Python 3.9 or newer."""
    with _refusals():
        bundles.bundle(file)
    session(context).err.print(f"Wrote {file}; in the guest: python3 {file.name} --help")


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except NovaCronError as error:
        raise CliError(told.refused(error), BY_CODE.get(error.code, FAILED)) from error
    except OSError as error:
        raise CliError(told.refused(error)) from error


def _show(context: typer.Context, done: work.Done) -> None:
    here = session(context)
    if here.form is Format.TABLE:
        here.out.print(told.shown(done), markup=False, highlight=False, soft_wrap=True)
    else:
        render_one(done.plan.shown(), here.form, here.out)
