"""Idempotency-Key on every mutation: the same key and body give the same answer for a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from novacron.errors import Conflict
from novacron.store.table import Table

KEPT_S = 24 * 3600


def once(
    table: Table, tenant: str, request: dict[str, Any], context: Any, act: Callable[[], Any]
) -> Any:
    """Run ``act`` for ``request`` {key, route, body} unless it was run before.

    Raises Conflict when the key is in use now, or was used with another route or body.
    """
    # Imported here: reads do without it, and it brings boto3 along.
    from aws_lambda_powertools.utilities.idempotency import (
        DynamoDBPersistenceLayer,
        IdempotencyConfig,
        idempotent_function,
    )
    from aws_lambda_powertools.utilities.idempotency import exceptions as failed

    layer = DynamoDBPersistenceLayer(
        table_name=table.name,
        key_attr="pk",
        sort_key_attr="sk",
        static_pk_value=f"T#{tenant}#IDEMPOTENCY",
        expiry_attr="ttl",
        boto3_client=table.client,
    )
    config = IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="[route, body]",
        expires_after_seconds=KEPT_S,
        hash_function="sha256",
        lambda_context=context,
    )

    def run(request: dict[str, Any]) -> Any:  # noqa: ARG001 - what the key is taken from
        return act()

    guarded = idempotent_function(
        run, data_keyword_argument="request", persistence_store=layer, config=config
    )
    try:
        return guarded(request=request)
    except failed.IdempotencyAlreadyInProgressError as error:
        raise Conflict(
            "A request with this Idempotency-Key is being carried out.",
            field="Idempotency-Key",
            remedy="Repeat it in a moment; the answer will be the same.",
        ) from error
    except failed.IdempotencyValidationError as error:
        raise Conflict(
            "This Idempotency-Key was used for another request.",
            field="Idempotency-Key",
            remedy="Use a new key for a new request.",
        ) from error
    except failed.IdempotencyPersistenceLayerError as error:
        raise (error.__cause__ or error) from None
