"""Who this process is, for clouds that take another issuer's word in place of a secret."""

from __future__ import annotations

from novacron.errors import AuthenticationFailed, InvalidSpec

CONNECT_SECONDS, READ_SECONDS = 3, 20


def required_audience(secret: dict[str, str], public: str, instead: str) -> str:
    """The secret's ``audience``. InvalidSpec where there is none, or the ``public`` one.

    All tenants share this one identity, so that any could name what another lets it into. An
    audience that only its owner knows is to this what an external id is to a role:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    audience = secret.get("audience", "").strip()
    if not audience or public in audience:
        raise InvalidSpec(
            "That audience is known to all." if audience else "There is no audience.",
            field="secret.audience",
            remedy="Give an audience of your own that nobody can guess, which the cloud is told to "
            f"ask for (docs/operations.md), or {instead}.",
        )
    return audience


def web_identity_token(audience: str) -> str:
    """A token for ``audience`` that AWS STS signs, good for five minutes.

    Never a file of the platform's: its audience is the platform's choice, so that it would let
    any tenant in. Where there is one, as in other clouds' functions, boto3 has made a role of it.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
    """
    import boto3  # the control plane's own; the adapters need none of it otherwise
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    limits = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    try:
        answer = boto3.client("sts", config=limits).get_web_identity_token(
            Audience=[audience], SigningAlgorithm="RS256", DurationSeconds=300
        )
    except (BotoCoreError, ClientError) as error:
        raise AuthenticationFailed(
            f"AWS gave no web identity token: {error}",
            remedy="Give the account a secret of the cloud's, or allow sts:GetWebIdentityToken.",
        ) from error
    return str(answer["WebIdentityToken"])
