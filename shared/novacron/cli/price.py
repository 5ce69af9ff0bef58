"""``novacron price``: search list prices, estimate an environment, and keep rate cards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from novacron.cli.output import Format, render, render_one
from novacron.cli.session import Key, session

app = typer.Typer(help="What VMs cost, before they exist.", no_args_is_help=True)

OFFERS = ["instance_type", "provider", "region", "vcpus", "memory_gib", "hourly", "as_of", "stale"]
LINES = ["item", "name", "region", "quantity", "unit", "price", "monthly", "as_of", "stale"]

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="YAML or JSON.")]
Account = Annotated[str, typer.Argument(help="A provider account, by name or id.")]


@app.command("search")
def search(
    context: typer.Context,
    vcpus: Annotated[int, typer.Option("--vcpus", min=1)] = 1,
    memory: Annotated[float, typer.Option("--memory", min=0.1, help="GiB.")] = 1,
    gpus: Annotated[int, typer.Option("--gpus", min=0)] = 0,
    architecture: Annotated[str, typer.Option(help="x86_64 or arm64.")] = "",
    provider: Annotated[list[str] | None, typer.Option(help="aws, azure, gcp; repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Repeatable; none: all.")] = None,
    kind: Annotated[str, typer.Option(help="on-demand, spot or commitment.")] = "on-demand",
    term: Annotated[str, typer.Option(help="1y or 3y, of a commitment.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
) -> None:
    """The cheapest instance types that hold at least this much."""
    body = {
        "vcpus": vcpus,
        "memory_gib": str(memory),
        "gpus": gpus,
        "architecture": architecture or None,
        "providers": provider or [],
        "regions": region or [],
        "kind": kind,
        "term": term,
        "limit": limit,
    }
    held = session(context)
    found = held.connect().ask("prices:search", body)
    if held.form is not Format.TABLE:
        render_one(found, held.form, held.out)
        return
    render(map(_offer, found["items"]), OFFERS, held.form, held.out)
    if found["unpriced"]:
        held.err.print(f"{found['unpriced']} more types fit; their price is not known")


@app.command("estimate")
def estimate(context: typer.Context, file: File) -> None:
    """What the environment in a file would cost; its form is that of POST /estimates."""
    held = session(context)
    found = held.connect().ask("estimates", yaml.safe_load(file.read_text()))
    if held.form is not Format.TABLE:
        render_one(found, held.form, held.out)
        return
    render(found["lines"], LINES, held.form, held.out)
    rest = "" if found["complete"] else ", without what has no known price"
    held.out.print(
        f"{found['monthly']} {found['currency']} a month, {found['hourly']} an hour{rest}"
    )


@app.command("card")
def card(
    context: typer.Context,
    account: Account,
    file: Annotated[Path | None, typer.Option(help="Replace it by this YAML or JSON.")] = None,
    key: Key = "",
) -> None:
    """Show or replace the rate card of an account of one's own hosts."""
    held = session(context)
    path = f"accounts/{held.account(account)}/rate-card"
    if file is None:
        held.show(path)
    else:
        held.change("PUT", path, yaml.safe_load(file.read_text()), False, key)


def _offer(one: dict[str, Any]) -> dict[str, Any]:
    price = one["price"]
    told = {"hourly": price["price"], "memory_gib": f"{one['memory_mib'] / 1024:g}"}
    return {**price, **one, **told}
