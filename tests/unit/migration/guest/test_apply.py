"""A plan is carried out once, however often; undone, nothing of it is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import Conflict, InvalidSpec, Unsupported
from novacron.migration.guest.apply import apply, undo
from novacron.migration.guest.bundle import bundle
from novacron.migration.guest.journal import prepared
from novacron.migration.guest.model import Target
from novacron.migration.guest.plan import make_plan
from novacron.migration.guest.tree import Tree
from tests.unit.migration.guest import trees


class Tool:
    """Counts how often every initramfs was made; fails ``failures`` times."""

    def __init__(self, failures: int = 0) -> None:
        self.runs, self.failures = 0, failures

    def __call__(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise Conflict("no space left on device")


class Killed(BaseException):
    pass


def convert(tree: Tree, target: Target, tool: Tool) -> None:
    apply(tree, make_plan(tree, target, trees.DEVICES), tool)


@given(
    name=st.sampled_from(sorted(trees.TREES)),
    targets=st.lists(st.sampled_from(list(Target)), min_size=1, max_size=4),
)
def test_repeating_changes_nothing_and_undo_restores_all(name: str, targets: list[Target]) -> None:
    with TemporaryDirectory() as folder:
        root = trees.write(Path(folder), trees.TREES[name])
        before, tree, tool = trees.contents(root), Tree(root), Tool()
        for target in targets:
            convert(tree, target, tool)
            assert make_plan(tree, target, trees.DEVICES).actions == ()
            after = trees.contents(root)
            convert(tree, target, tool)
            assert trees.contents(root) == after
        assert tool.runs == 1
        assert prepared(tree) == sorted({one.value for one in targets})
        assert undo(tree, tool) == []
        assert trees.contents(root) == before
        assert tool.runs == 2


def test_a_failed_rebuild_leaves_the_guest_as_it_was(tmp_path: Path) -> None:
    tree, tool = Tree(trees.write(tmp_path, trees.DEBIAN)), Tool(failures=1)
    before = trees.contents(tmp_path)
    with pytest.raises(Conflict):
        convert(tree, Target.GCP, tool)
    assert trees.contents(tmp_path) == before
    assert prepared(tree) == []
    convert(tree, Target.GCP, tool)
    assert prepared(tree) == ["gcp"]


@given(st.integers(0, 12))
def test_killed_at_any_write_it_can_be_completed_and_undone(count: int) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = trees.write(Path(folder), trees.UBUNTU)
        before, left = trees.contents(root), [count]
        write = Tree.write

        def dies(self: Tree, path: str, content: bytes, mode: int) -> None:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            write(self, path, content, mode)

        patch.setattr(Tree, "write", dies)
        with pytest.raises(Killed):
            convert(Tree(root), Target.AWS, Tool())
        patch.undo()
        tool = Tool()
        convert(Tree(root), Target.AWS, tool)
        assert tool.runs == 1
        assert make_plan(Tree(root), Target.AWS, trees.DEVICES).actions == ()
        undo(Tree(root), tool)
        assert trees.contents(root) == before


def test_what_someone_changed_since_is_left_alone(tmp_path: Path) -> None:
    tree = Tree(trees.write(tmp_path, trees.DEBIAN))
    convert(tree, Target.AWS, Tool())
    fstab = tmp_path / "etc/fstab"
    fstab.write_text(fstab.read_text() + "tmpfs /tmp tmpfs rw 0 0\n")
    assert undo(tree, Tool()) == ["etc/fstab"]
    assert "tmpfs" in fstab.read_text()


def test_windows_is_not_touched(tmp_path: Path) -> None:
    tree = Tree(trees.write(tmp_path, {"Windows/System32/ntoskrnl.exe": ""}))
    with pytest.raises(Unsupported, match="Windows"):
        convert(tree, Target.AWS, Tool())
    assert not (tmp_path / "var").exists()


def test_a_guests_links_do_not_lead_out_of_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("/dev/vda1 / ext4 rw 0 1\n")
    files = {k: v for k, v in trees.DEBIAN.items() if k != "etc/fstab"}
    root = trees.write(tmp_path / "root", {**files, "etc/fstab": f"-> {outside}"})
    (root / "deep").symlink_to("../../../..")
    tree = Tree(root)
    convert(tree, Target.AWS, Tool())
    assert outside.read_text() == "/dev/vda1 / ext4 rw 0 1\n"
    assert tree.resolve("deep/etc") == root / "etc"
    (root / "circle").symlink_to("circle")
    with pytest.raises(InvalidSpec):
        tree.resolve("circle/x")


def test_the_bundle_runs_alone(tmp_path: Path) -> None:
    root = trees.write(tmp_path / "root", trees.ALMA)
    packed = tmp_path / "novacron-guest.pyz"
    bundle(packed)
    # -I -S: neither this project's path nor its packages.
    command = [sys.executable, "-I", "-S", str(packed), "prepare"]
    command += ["--root", str(root), "--target", "aws"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "initramfs drivers: " in done.stdout
    assert "Nothing was changed" in done.stdout
