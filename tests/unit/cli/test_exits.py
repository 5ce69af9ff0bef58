"""What scripts and shells rely on: exit codes, what to do, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from novacron.cli.client import Client
from novacron.cli.config import Config
from novacron.cli.exits import BY_CODE, EXIT_CODES, REMEDIES, UNREACHABLE, CliError
from novacron.runtime.problems import STATUS

NOVACRON = str(Path(sys.executable).parent / "novacron")


def _novacron(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **env}
    return subprocess.run([NOVACRON, *words], env=given, capture_output=True, text=True)


@pytest.mark.parametrize("code", sorted({error.code for error in STATUS} | {"unknown"}))
def test_every_problem_without_a_remedy_gets_one(code: str) -> None:
    reply = httpx.MockTransport(lambda _: httpx.Response(400, json={"code": code, "detail": "No."}))
    with pytest.raises(CliError) as failed:
        Client(Config("http://api.test", "t"), reply, sleep=lambda _: None).get("vms")
    exit_code = failed.value.exit_code
    assert str(failed.value) == f"No.\n{REMEDIES[exit_code]}"


def test_every_exit_code_is_in_the_help() -> None:
    shown = _novacron("--help").stdout
    for code in {0, 2, *BY_CODE.values(), UNREACHABLE}:
        assert f"{code} " in EXIT_CODES
    assert "Exit codes: 0 done" in shown


def test_an_api_that_is_not_there_is_told_with_its_exit_code() -> None:
    done = _novacron("vm", "list", NOVACRON_URL="http://127.0.0.1:9", NOVACRON_TOKEN="t")
    assert done.returncode == UNREACHABLE
    assert "Is the API up" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_it(shell: str, tmp_path: Path) -> None:
    script = _novacron(_NOVACRON_COMPLETE=f"source_{shell}")
    assert "_NOVACRON_COMPLETE" in script.stdout
    words = {"COMP_WORDS": "novacron vo", "COMP_CWORD": "1"}
    words |= {"_TYPER_COMPLETE_ARGS": "novacron vo", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    found = _novacron(_NOVACRON_COMPLETE=f"complete_{shell}", **words)
    assert "volume" in found.stdout
