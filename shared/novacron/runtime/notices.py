"""Sends notices to the channels of budgets: SNS, signed webhooks, e-mail through SES."""

from __future__ import annotations

from dataclasses import dataclass, field

from novacron.costs.budgets import notices
from novacron.errors import ProviderUnavailable, Unsupported
from novacron.models.budget import Budget, Channel, EmailChannel, SnsChannel, WebhookChannel
from novacron.models.firing import Firing
from novacron.models.notice import Notice
from novacron.operations.services import Services
from novacron.runtime.aws import missing_permission
from novacron.runtime.webhook import Webhook


@dataclass
class Notices:
    services: Services
    webhook: Webhook = field(default_factory=Webhook)

    def deliver(self, budget: Budget, channel: Channel, firing: Firing) -> None:
        """Raises as ``send`` does."""
        self.send(budget, channel, notices.of_firing(firing))

    def send(self, budget: Budget, channel: Channel, notice: Notice) -> None:
        """Raises ProviderUnavailable and its like: it was not taken."""
        if isinstance(channel, WebhookChannel):
            self._post(budget, channel, notice)
            return
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if isinstance(channel, SnsChannel):
                _publish(channel, notice)
            else:
                self._mail(channel, notice)
        except (BotoCoreError, ClientError) as error:
            if missing_permission(error):
                raise
            raise ProviderUnavailable(f"The notice was not taken: {error}") from error

    def _post(self, budget: Budget, channel: WebhookChannel, notice: Notice) -> None:
        secret = self.services.providers.secrets.read(budget.secret_id or "")["secret"]
        payload = notices.body(notice)
        signed = notices.signature(secret, self.services.now(), payload)
        headers = {notices.DELIVERY: notice.id, notices.SIGNATURE: signed}
        self.webhook.post(channel.url, payload, headers)

    def _mail(self, channel: EmailChannel, notice: Notice) -> None:
        import boto3

        if not self.services.notice_sender:
            raise Unsupported("This deployment sends no e-mail.")
        content = {
            "Subject": {"Data": notice.subject},
            "Body": {"Text": {"Data": notice.text}},
        }
        boto3.client("sesv2").send_email(
            FromEmailAddress=self.services.notice_sender,
            Destination={"ToAddresses": [channel.address]},
            Content={"Simple": content},
        )


def _publish(channel: SnsChannel, notice: Notice) -> None:
    import boto3

    region = channel.topic.split(":")[3]
    boto3.client("sns", region_name=region).publish(
        TopicArn=channel.topic,
        Subject=notice.subject,
        Message=notices.body(notice).decode(),
        MessageAttributes={
            "delivery": {"DataType": "String", "StringValue": notice.id},
            "tenant": {"DataType": "String", "StringValue": notice.tenant},
        },
    )
