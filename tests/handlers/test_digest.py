"""From the settings to the mail: a tenant chooses a digest, and the schedule sends it once."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from functions.schedules import watch_budgets
from novacron.costs.advice.notice import TenantNotifier
from novacron.runtime import jobs
from tests.api import CONTEXT, call
from tests.handlers.stage import ADMIN, REGION
from tests.noticed import EMAIL, advice
from tests.roles import role_of
from tests.world import World


def test_a_digest_is_chosen_and_comes_to_every_channel_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "services", lambda: world.services)
    world.services.notice_sender = "novacron@example.com"
    boto3.client("sesv2").create_email_identity(EmailIdentity="novacron@example.com")
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="novacron-costs")["TopicArn"]
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:q"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    channels = [{"kind": "sns", "topic": topic}, EMAIL]
    budget = {"name": "all", "limit": "9", "channels": channels}
    made = call(ADMIN, "POST", "/budgets", budget, key="budget").body["id"]
    chosen = {"notices": made, "digest": "daily", "urgent": "100"}
    assert call(ADMIN, "PUT", "/costs/settings", chosen, key="settings").status == 200
    shown = call(ADMIN, "GET", "/costs/settings").body
    assert (shown["digest"], shown["urgent"]) == ("daily", "100")
    assert call(ADMIN, "PUT", "/costs/settings", {"digest": "hourly"}, key="x").status == 400

    for number, owner in enumerate(("ann", "bob")):
        TenantNotifier(world.services).notice(owner, advice(world, id=f"rec-{number}"))
    for sent, later in ((0, timedelta(0)), (1, timedelta(days=1)), (0, timedelta(minutes=15))):
        world.clock.at += later
        with role_of("functions.schedules.watch_budgets"):
            assert watch_budgets.lambda_handler({}, CONTEXT)["told"] == sent
    [message] = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert (told["kind"], told["advice"], told["saving"]) == ("digest", 2, {"USD": "14.60"})
    assert [one["owner"] for one in told["owners"]] == ["ann", "bob"]
    [mail] = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert mail.subject == "New until 2026-01-02: advice 2, anomalies 0"
    assert "- 7.30 USD: web é does nothing (vm-1), rec-0" in mail.body.splitlines()
