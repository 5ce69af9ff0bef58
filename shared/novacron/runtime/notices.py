"""Sends budgets' notices: SNS, signed webhooks, e-mail through SES."""

from __future__ import annotations

from dataclasses import dataclass, field

from novacron.costs.budgets import notices
from novacron.errors import ProviderUnavailable, Unsupported
from novacron.models.budget import Budget, Channel, EmailChannel, SnsChannel, WebhookChannel
from novacron.models.firing import Firing
from novacron.operations.services import Services
from novacron.runtime.aws import missing_permission
from novacron.runtime.webhook import Webhook


@dataclass
class Notices:
    services: Services
    webhook: Webhook = field(default_factory=Webhook)

    def deliver(self, budget: Budget, channel: Channel, firing: Firing) -> None:
        """Raises ProviderUnavailable and its like: it was not taken."""
        if isinstance(channel, WebhookChannel):
            self._post(budget, channel, firing)
            return
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if isinstance(channel, SnsChannel):
                _publish(channel, firing)
            else:
                self._mail(channel, firing)
        except (BotoCoreError, ClientError) as error:
            if missing_permission(error):
                raise
            raise ProviderUnavailable(f"The notice was not taken: {error}") from error

    def _post(self, budget: Budget, channel: WebhookChannel, firing: Firing) -> None:
        secret = self.services.providers.secrets.read(budget.secret_id or "")["secret"]
        payload = notices.body(firing)
        signed = notices.signature(secret, self.services.now(), payload)
        headers = {notices.DELIVERY: firing.id, notices.SIGNATURE: signed}
        self.webhook.post(channel.url, payload, headers)

    def _mail(self, channel: EmailChannel, firing: Firing) -> None:
        import boto3

        if not self.services.notice_sender:
            raise Unsupported("This deployment sends no e-mail.")
        content = {
            "Subject": {"Data": notices.subject(firing)},
            "Body": {"Text": {"Data": notices.text(firing)}},
        }
        boto3.client("sesv2").send_email(
            FromEmailAddress=self.services.notice_sender,
            Destination={"ToAddresses": [channel.address]},
            Content={"Simple": content},
        )


def _publish(channel: SnsChannel, firing: Firing) -> None:
    import boto3

    region = channel.topic.split(":")[3]
    boto3.client("sns", region_name=region).publish(
        TopicArn=channel.topic,
        Subject=notices.subject(firing),
        Message=notices.body(firing).decode(),
        MessageAttributes={
            "delivery": {"DataType": "String", "StringValue": firing.id},
            "tenant": {"DataType": "String", "StringValue": firing.tenant},
        },
    )
