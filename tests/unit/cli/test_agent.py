"""``novacron agent``: what is sent to the API, and what is done on the host."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from novacron.agent import client, unit
from novacron.agent.identity import load
from novacron.cli.exits import CliError
from novacron.errors import AuthenticationFailed
from novacron.models.agent import Enrolled
from tests.unit.cli.test_commands import Api

ENROLL = ("agent", "enroll", "--url", "https://api.test", "--token", "once")


def test_create_sends_a_name() -> None:
    api = Api({"token": "once", "expires_at": "soon"})
    assert "once" in api.run("agent", "create", "rack")
    assert api.body() == {"name": "rack"}


def test_enroll_keeps_a_key_that_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("libvirt")
    sent: list[str] = []

    def enrol(url: str, token: str, public_key: str) -> Enrolled:
        sent.extend([url, token, public_key])
        return Enrolled(agent_id="agent-1", tenant="acme")

    monkeypatch.setattr(client, "enrol", enrol)
    Api({}).run(*ENROLL, "--state-dir", str(tmp_path), "--set", "pool=default")
    mine = load(tmp_path)
    assert sent[:2] == ["https://api.test", "once"]
    assert mine.private_key not in sent
    assert mine.settings == {"uri": "qemu:///system", "pool": "default"}
    assert stat.S_IMODE((tmp_path / "identity.json").stat().st_mode) == 0o600


def test_a_refused_token_leaves_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("libvirt")

    def enrol(*_: str) -> Enrolled:
        raise AuthenticationFailed("The token is not accepted.")

    monkeypatch.setattr(client, "enrol", enrol)
    with pytest.raises(CliError, match="not accepted"):
        Api({}).run(*ENROLL, "--state-dir", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_run_without_enrolment_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="agent enroll"):
        Api({}).run("agent", "run", "--state-dir", str(tmp_path))


def test_install_refuses_without_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "FOLDER", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CliError, match="root"):
        Api({}).run("agent", "install")
    assert list(tmp_path.iterdir()) == []
