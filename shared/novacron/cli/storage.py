"""``novacron volume``, ``snapshot`` and ``image``."""

from __future__ import annotations

from typing import Annotated

import typer

from novacron.cli.resource import Id, resource_app
from novacron.cli.session import Key, Tag, Wait, session, tags

COLUMNS = ["id", "name", "state", "account", "region", "size_gib"]

volume = resource_app("volume", "volumes", [*COLUMNS, "attached_to"])
snapshot = resource_app("snapshot", "snapshots", COLUMNS)
image = resource_app("image", "images", [*COLUMNS, "architecture"])

Name = Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")]


@volume.command("create")
def create_volume(
    context: typer.Context,
    name: Name,
    account: Annotated[str, typer.Option(help="A provider account, by name or id.")],
    region: Annotated[str, typer.Option()],
    size_gib: Annotated[int, typer.Option("--size", min=1, help="GiB.")],
    zone: Annotated[str, typer.Option(help="The VM's, where volumes belong to a zone.")] = "",
    volume_class: Annotated[str, typer.Option("--class")] = "balanced",
    snapshot_id: Annotated[str, typer.Option("--from", help="A snapshot to restore.")] = "",
    tag: Tag = None,
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Create a volume, empty or from a snapshot."""
    spec = {
        "name": name,
        "region": region,
        "zone": zone or None,
        "size_gib": size_gib,
        "volume_class": volume_class,
        "snapshot_id": snapshot_id or None,
        "tags": tags(tag),
    }
    here = session(context)
    body = {"account_id": here.account(account), "spec": spec}
    here.change("POST", "volumes", body, wait, key)


@volume.command()
def attach(
    context: typer.Context,
    volume_id: Id,
    vm: Annotated[str, typer.Option(help="The VM's id.")],
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Attach a volume to a VM."""
    session(context).change("POST", f"volumes/{volume_id}/attach", {"vm_id": vm}, wait, key)


@volume.command()
def detach(context: typer.Context, volume_id: Id, wait: Wait = False, key: Key = "") -> None:
    """Detach a volume."""
    session(context).change("POST", f"volumes/{volume_id}/detach", {}, wait, key)


@volume.command("resize")
def resize_volume(
    context: typer.Context,
    volume_id: Id,
    size_gib: Annotated[int, typer.Option("--size", min=1, help="GiB.")],
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Grow a volume; the guest grows its file system."""
    body = {"size_gib": size_gib}
    session(context).change("POST", f"volumes/{volume_id}/resize", body, wait, key)


@snapshot.command("create")
def create_snapshot(
    context: typer.Context,
    name: Name,
    volume_id: Annotated[str, typer.Option("--volume", help="A volume's id.")] = "",
    vm_id: Annotated[str, typer.Option("--vm", help="A VM's id: its root disk.")] = "",
    tag: Tag = None,
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Take a crash-consistent snapshot of a volume, or of a VM's root disk."""
    source = {"volume_id": volume_id or None, "vm_id": vm_id or None}
    body = {"name": name, **source, "tags": tags(tag)}
    session(context).change("POST", "snapshots", body, wait, key)


@image.command("import")
def import_image(
    context: typer.Context,
    name: Name,
    snapshot_id: Annotated[str, typer.Option("--snapshot", help="Of a bootable disk.")],
    tag: Tag = None,
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Register a snapshot of a bootable disk as an image."""
    body = {"name": name, "snapshot_id": snapshot_id, "tags": tags(tag)}
    session(context).change("POST", "images", body, wait, key)
