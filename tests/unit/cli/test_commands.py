"""Commands send what the API takes and print what a person or a program can use."""

from __future__ import annotations

import json
import stat
from io import StringIO
from pathlib import Path

import httpx
import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from novacron.cli import config
from novacron.cli.client import Client
from novacron.cli.exits import CliError
from novacron.cli.main import output_first, root
from novacron.cli.session import Session
from novacron.models.vm import VmSpec

VMS = {"items": [{"id": "vm-1", "name": "web", "state": "running", "private_ips": ["10.0.0.4"]}]}


class Api:
    """Answers every request with ``reply`` and keeps what was asked."""

    def __init__(self, reply: object) -> None:
        self.reply = reply
        self.requests: list[httpx.Request] = []
        self.printed = StringIO()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json=self.reply)

    def run(self, *arguments: str) -> str:
        def connect() -> Client:
            return Client(config.Config("http://api.test", "t"), httpx.MockTransport(self._answer))

        out = Console(file=self.printed, width=200)
        held = Session(connect=connect, out=out, err=Console(file=StringIO()))
        result = CliRunner().invoke(root, list(arguments), obj=held)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return self.printed.getvalue()

    def body(self) -> dict[str, object]:
        sent = json.loads(self.requests[-1].content)
        assert isinstance(sent, dict)
        return sent


def test_a_table_shows_the_chosen_columns() -> None:
    printed = Api(VMS).run("vm", "list")
    assert printed.splitlines()[0].split() == [
        "ID", "NAME", "STATE", "ACCOUNT", "REGION", "PRIVATE", "IPS",
    ]  # fmt: skip
    assert "10.0.0.4" in printed


def test_json_and_yaml_show_everything() -> None:
    assert json.loads(Api(VMS).run("-o", "json", "vm", "list")) == VMS["items"]
    assert yaml.safe_load(Api(VMS).run("-o", "yaml", "vm", "list")) == VMS["items"]


def test_vm_create_sends_a_spec_that_the_api_takes() -> None:
    api = Api({"id": "op-1", "state": "pending"})
    api.run(
        "vm", "create", "web", "--account", "acc-1", "--region", "r", "--image", "debian-12",
        "--vcpus", "2", "--memory", "2048", "-t", "team=core",
    )  # fmt: skip
    sent = api.body()
    assert sent["account_id"] == "acc-1"
    spec = VmSpec.model_validate(sent["spec"])
    assert (spec.vcpus, spec.memory_mib, spec.tags) == (2, 2048, {"team": "core"})


def test_an_account_may_be_given_by_name() -> None:
    api = Api({"items": [{"id": "acc-1", "name": "lab"}]})
    api.run("vm", "list", "--account", "lab")
    listed = [one for one in api.requests if one.url.path == "/vms"]
    assert listed[0].url.params["account"] == "acc-1"
    with pytest.raises(CliError, match="there are lab"):
        api.run("vm", "list", "--account", "other")


@pytest.mark.parametrize(
    "given",
    ["vm list -o json", "vm list --output=json", "-o json vm list", "vm -o json list"],
)
def test_the_format_may_stand_anywhere(given: str) -> None:
    words = output_first(given.split())
    assert words[-2:] == ["vm", "list"]
    assert "json" in words[0] + words[1]
    assert output_first(["vm", "--", "-o"]) == ["vm", "--", "-o"]


def test_delete_asks_first() -> None:
    api = Api({})
    with pytest.raises(AssertionError):
        api.run("vm", "delete", "vm-1")
    assert api.requests == []
    api.run("vm", "delete", "vm-1", "--yes")
    assert api.requests[0].method == "DELETE"


def test_a_broken_audit_chain_fails() -> None:
    with pytest.raises(CliError, match="entry 7"):
        Api({"intact": False, "broken_at": 7}).run("audit", "verify")


def test_a_credential_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"access_key_id": "AK"}')
    api = Api({"id": "a-1"})
    api.run("provider", "add", "lab", "--type", "aws", "--secret-file", str(secret))
    assert api.body()["secret"] == {"access_key_id": "AK"}


def test_login_keeps_the_token_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("NOVACRON_URL", raising=False)
    monkeypatch.delenv("NOVACRON_TOKEN", raising=False)
    with pytest.raises(CliError, match="novacron login"):
        config.load()
    Api({}).run("login", "--url", "http://api.test", "--token", "t0ken")
    assert stat.S_IMODE(config.path().stat().st_mode) == 0o600
    assert config.load() == config.Config("http://api.test", "t0ken")
