"""``novacron guest``: the plan is shown, nothing is written without --apply, refusals are text."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from novacron.cli.exits import CliError
from tests.unit.cli.test_commands import Api
from tests.unit.migration.guest import trees


def test_a_plan_is_shown_and_nothing_written(tmp_path: Path) -> None:
    root = trees.write(tmp_path, trees.UBUNTU)
    before = trees.contents(root)
    api = Api({})
    told = api.run("guest", "prepare", "--root", str(root), "--target", "azure")
    assert "initramfs drivers: " in told
    assert "datasource" not in told
    assert "walinuxagent is not installed" in told
    assert trees.contents(root) == before
    assert not (root / "var").exists()
    assert api.requests == []


def test_as_json(tmp_path: Path) -> None:
    root = trees.write(tmp_path, trees.ALMA)
    asked = ("-o", "json", "guest", "prepare", "--root", str(root), "--target", "gcp")
    plan = json.loads(Api({}).run(*asked))
    assert plan["target"] == "gcp"
    assert "etc/fstab" not in [one for action in plan["actions"] for one in action["files"]]


def test_windows_is_refused_in_words(tmp_path: Path) -> None:
    root = trees.write(tmp_path, {"Windows/System32/ntoskrnl.exe": ""})
    asked = ("guest", "prepare", "--root", str(root), "--target", "aws")
    assert "cloudbase-init" in Api({}).run(*asked)
    with pytest.raises(CliError, match="This is Windows"):
        Api({}).run(*asked, "--apply")


def test_a_disk_that_is_none_is_refused(tmp_path: Path) -> None:
    disk = tmp_path / "disk.raw"
    disk.write_bytes(bytes(4096))
    for path in (disk, tmp_path / "gone.raw"):
        with pytest.raises(CliError):
            Api({}).run("guest", "convert", "--disk", str(path), "--target", "aws")


def test_undo_of_nothing(tmp_path: Path) -> None:
    root = trees.write(tmp_path, trees.DEBIAN)
    assert "as it was" in Api({}).run("guest", "undo", "--root", str(root))


def test_the_bundle_has_what_it_needs_alone(tmp_path: Path) -> None:
    packed = tmp_path / "guest.pyz"
    Api({}).run("guest", "bundle", str(packed))
    names = zipfile.ZipFile(packed).namelist()
    assert "novacron/errors.py" in names
    assert not [one for one in names if "providers" in one]
