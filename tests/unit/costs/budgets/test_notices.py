from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest

from infra.local.azure_account.keys import load_certificate
from novacron.costs.budgets import notices
from novacron.errors import InvalidSpec, ProviderUnavailable, Unsupported
from novacron.models.budget import CreateBudget, Threshold
from novacron.models.firing import Firing
from novacron.runtime.notices import Notices
from novacron.runtime.webhook import Webhook
from tests.unit.costs.budgets.conftest import BudgetMaker
from tests.world import World

SECRET = "agreed between us two"
HOST = "127.0.0.1"


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent; answers with ``status``."""

    status = 204
    got: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, dict(self.headers.items()), body))
        self.send_response(self.status)
        self.send_header("Location", f"https://{HOST}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[type[Receiver], str, Webhook]]:
    """A receiver with a certificate of its own, its URL, and a webhook that may reach it."""

    class Here(Receiver):
        got: list[tuple[str, dict[str, str], bytes]] = []

    certificate, key = load_certificate(tmp_path, HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer((HOST, 0), Here) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        trust = ssl.create_default_context(cafile=str(certificate))
        webhook = Webhook(allowed=lambda _: True, trust=trust)
        yield Here, f"https://{HOST}:{server.server_port}/hook?a=1", webhook
        server.shutdown()


def _firing(budget_id: str = "bud-1", **told: Any) -> Firing:
    given = {
        "id": "bud-1-20260101-abc",
        "tenant": "acme",
        "budget_id": budget_id,
        "budget_name": "team",
        "currency": "USD",
        "start": datetime(2026, 1, 1, tzinfo=UTC),
        "threshold": Threshold.model_validate({"percent": "80"}),
        "value": "81.00",
        "bound": "80.00",
        "at": datetime(2026, 1, 9, tzinfo=UTC),
    }
    return Firing.model_validate({**given, **told})


def test_a_webhook_is_signed_over_time_and_body(
    world: World,
    budget: BudgetMaker,
    receiver: tuple[type[Receiver], str, Webhook],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, url, webhook = receiver
    monkeypatch.setattr("novacron.costs.budgets.checks.public", lambda _: True)
    hook = {"kind": "webhook", "url": url}
    made = budget(channels=[hook], webhook_secret=SECRET)
    assert SECRET not in str(world.services.store.table.client.scan(TableName="novacron"))
    for _ in range(2):
        Notices(world.services, webhook).deliver(made, made.channels[0], _firing(made.id))
    [(path, headers, body), (_, again, _)] = here.got
    assert path == "/hook?a=1"
    assert headers["Novacron-Delivery"] == again["Novacron-Delivery"] == "bud-1-20260101-abc"
    stamp, _, digest = headers["Novacron-Signature"].partition(",")
    signed = f"{stamp.removeprefix('t=')}.".encode() + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert digest == f"v1={expected}"
    assert abs(int(stamp.removeprefix("t=")) - world.clock.at.timestamp()) < 2
    assert json.loads(body)["value"] == "81.00"
    assert "acme" not in body.decode()


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_only_success_is_success_and_no_redirect_is_followed(
    receiver: tuple[type[Receiver], str, Webhook], status: int
) -> None:
    here, url, webhook = receiver
    here.status = status
    with pytest.raises(ProviderUnavailable, match=str(status)):
        webhook.post(url, b"{}", {})
    assert len(here.got) == 1


def test_a_certificate_of_another_name_is_refused(
    receiver: tuple[type[Receiver], str, Webhook], tmp_path: Path
) -> None:
    here, url, _ = receiver
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    elsewhere = Webhook(lambda *_: [HOST], lambda _: True, trust)
    with pytest.raises(ProviderUnavailable):
        elsewhere.post(url.replace(HOST, "example.com"), b"{}", {})
    assert here.got == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.9.9",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
    ],
)
def test_nothing_is_sent_to_what_is_not_public(address: str) -> None:
    sent = Webhook(lambda *_: ["93.184.215.14", address])
    with pytest.raises(InvalidSpec, match="public"):
        sent.post("https://example.com/", b"{}", {})
    assert not notices.public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_the_internet_is_public(address: str) -> None:
    assert notices.public(address)


def test_an_url_to_a_private_address_is_refused_when_it_is_given(budget: BudgetMaker) -> None:
    for url in ("https://169.254.169.254/x", "https://[::1]/x", "https://10.0.0.1:8443/x"):
        with pytest.raises(InvalidSpec, match="public"):
            budget(channels=[{"kind": "webhook", "url": url}], webhook_secret=SECRET)
    for url in ("http://example.com", "https://user:pw@example.com"):
        with pytest.raises(ValueError, match="url"):
            budget(channels=[{"kind": "webhook", "url": url}], webhook_secret=SECRET)
    with pytest.raises(ValueError, match="webhook_secret"):
        CreateBudget.model_validate(
            {"name": "x", "limit": "1", "channels": [{"kind": "webhook", "url": "https://a.b"}]}
        )


def test_sns_and_ses_take_what_is_told(world: World, budget: BudgetMaker) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="novacron-costs")["TopicArn"]
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{topic.split(':')[4]}:q"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    with pytest.raises(Unsupported, match="no e-mail"):
        budget(channels=[{"kind": "email", "address": "ops@example.com"}])
    world.services.notice_sender = "novacron@example.com"
    channels = [
        {"kind": "sns", "topic": topic},
        {"kind": "email", "address": "ops@example.com"},
    ]
    made = budget(channels=channels)
    stopped = _firing(made.id, stopped=["vm-1"])
    send = Notices(world.services).deliver
    send(made, made.channels[0], stopped)
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert told["Subject"] == "Budget team: actual 81.00 USD"
    assert json.loads(told["Message"])["stopped"] == ["vm-1"]
    assert told["MessageAttributes"]["delivery"]["Value"] == stopped.id
    with pytest.raises(ProviderUnavailable):
        send(made, made.channels[1], stopped)
    boto3.client("sesv2").create_email_identity(EmailIdentity="novacron@example.com")
    send(made, made.channels[1], stopped)
    assert boto3.client("ses").get_send_quota()["SentLast24Hours"] == 1
    assert "novacron budget revert" in notices.text(stopped)
