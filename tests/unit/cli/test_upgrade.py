"""``novacron agent upgrade``, by a real pip in an environment of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

from novacron.agent import unit
from novacron.cli import upgrade
from novacron.cli.exits import CliError
from tests.unit.cli.test_commands import Api

INFO = "novacron-9.9.dist-info"
WHEEL = {
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: novacron\nVersion: 9.9\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/RECORD": "",
    "novacron.py": "VERSION = '9.9'\n",
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    target = tmp_path / "novacron-9.9-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in WHEEL.items():
            archive.writestr(name, text)
    return target


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What would be run; all of it succeeds."""
    told: list[tuple[str, ...]] = []

    def run(*command: str) -> int:
        told.append(command)
        return 0

    monkeypatch.setattr(upgrade, "_run", run)
    return told


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_pip_installs_the_wheel_and_refuses_another(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    venv.create(tmp_path / "env", with_pip=True)
    python = str(tmp_path / "env/bin/python")
    show = [python, "-c", "import novacron; print(novacron.VERSION)"]
    with pytest.raises(CliError, match="as it was"):
        upgrade.install(upgrade.requirement(str(wheel), "0" * 64), python)
    assert subprocess.run(show, cwd=tmp_path, capture_output=True, check=False).returncode
    upgrade.install(upgrade.requirement(str(wheel), _sha256(wheel)), python)
    assert subprocess.check_output(show, cwd=tmp_path, text=True) == "9.9\n"


def test_an_environment_without_pip_is_told(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    with pytest.raises(CliError, match="has no pip"):
        upgrade.install("novacron==9.9", str(tmp_path / "env/bin/python"))


@pytest.mark.parametrize(
    ("to", "sha256", "says"),
    [
        ("1.2.3", "0" * 64, "goes with a wheel"),
        ("latest; rm", "", "neither a version"),
        ("--pre", "", "neither a version"),
        ("gone.whl", "0" * 64, "no file"),
        ("gone.whl", "", "needs --sha256"),
    ],
)
def test_what_is_refused(to: str, sha256: str, says: str) -> None:
    with pytest.raises(CliError, match=says):
        upgrade.requirement(to, sha256)


def test_a_version_is_installed_then_the_unit_restarted(
    commands: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "FOLDER", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    unit.install(Path("/usr/bin/novacron"), tmp_path)
    Api({}).run("agent", "upgrade", "--to", "1.2.3")
    assert commands[-2][-1] == "novacron[cli,libvirt]==1.2.3"
    assert commands[-1] == ("systemctl", "try-restart", "novacron-agent.service")


def test_without_a_unit_nothing_is_restarted(
    commands: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "FOLDER", tmp_path)
    Api({}).run("agent", "upgrade", "--to", "1.2.3")
    assert commands[-1][-1] == "novacron[cli,libvirt]==1.2.3"


def test_only_root_upgrades_what_systemd_runs(
    commands: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "FOLDER", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    unit.install(Path("/usr/bin/novacron"), tmp_path)
    with pytest.raises(CliError, match="sudo"):
        Api({}).run("agent", "upgrade", "--to", "1.2.3")
    assert commands == []
