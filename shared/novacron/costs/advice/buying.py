"""A commitment is bought: the largest sum that one call can spend here, and for good.

An administrator repeats the sum. What was quoted is written down before it is bought, and a
provider sells a quote once: a call that was cut off is repeated later, and buys nothing twice.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from novacron.audit.log import AuditLog
from novacron.costs.advice.prices import CENT
from novacron.costs.commitments.ladder import later
from novacron.costs.commitments.units import Prices
from novacron.errors import (
    Conflict,
    InvalidSpec,
    NotReady,
    NovaCronError,
    ProviderUnavailable,
    Throttled,
    Unsupported,
)
from novacron.models.advice import HeldCommitment
from novacron.models.commitment import CommitmentSpec, Quote
from novacron.models.price import PriceRow
from novacron.models.recommendation import Action, Recommendation, RecommendationState
from novacron.operations.services import Services
from novacron.providers.commitments import Commitments
from novacron.store.recommendations import AdviceStore
from novacron.tenancy.policy import Access, authorize
from novacron.tenancy.principal import Principal

OPERATION = "commitment.buy"
"""Of an ``Action`` whose body has ``spec``, and the ``total`` that it costs at the catalog's price;
once it has begun, ``quote``, and in the end ``bought``, the commitment's id."""
ALONE = timedelta(minutes=5)
"""For which who buys is alone: a function has ended, and lists have what was bought."""
UNSURE = (ProviderUnavailable, Throttled, NotReady)
"""After these it may have been bought."""


def offer(resource_id: str, spec: CommitmentSpec, row: PriceRow) -> Action:
    total = (row.price * spec.count * spec.hours).quantize(CENT)
    body = {"spec": spec.model_dump(mode="json"), "total": str(total), "currency": row.currency}
    return Action(operation=OPERATION, resource_id=resource_id, body=body)


def buy(services: Services, who: Principal, found: Recommendation, confirm: str) -> Recommendation:
    """Buy it, or go on with what was begun. Raises PermissionDenied, InvalidSpec: ``confirm`` is
    not the sum that is due now, Conflict: another may be buying it, Unsupported, and what
    ``Commitments.buy_commitment`` does: where that tells for sure that nothing was bought, the
    advice is open again."""
    authorize(who, Access.ADMINISTER, OPERATION)
    account = services.store.account(found.tenant, found.account_id)
    provider = services.providers.of(account)
    if not isinstance(provider, Commitments):
        raise Unsupported(provider.refusals["Commitments"])
    assert found.apply is not None
    spec = CommitmentSpec.model_validate(found.apply.body["spec"])
    if found.state is RecommendationState.APPLYING:
        _check_alone(services, found)
        now = _saved(services, found, RecommendationState.APPLYING)
    else:
        quote = provider.quote_commitment(spec)
        _confirmed(found, quote, confirm)
        now = _saved(services, found, RecommendationState.APPLYING, quote=quote.id)
    body = now.apply.body if now.apply else {}
    log = AuditLog(services.store.table, services.now)
    log.append(found.tenant, who.subject, OPERATION, f"{account.id}/{found.resource_id}", "allowed")
    try:
        bought = provider.buy_commitment(spec, body["quote"])
    except UNSURE:
        raise
    except NovaCronError:
        _saved(services, now, RecommendationState.OPEN)
        raise
    _tell(services, now, spec)
    return _saved(services, now, RecommendationState.APPLIED, bought=bought)


def _check_alone(services: Services, found: Recommendation) -> None:
    free = found.updated_at + ALONE
    if services.now() < free:
        raise Conflict(
            f"{found.id} is being bought, or was a moment ago.",
            remedy=f"Repeat this after {free:%H:%M:%S} UTC: it goes on, and buys nothing twice.",
        )


def _confirmed(found: Recommendation, quote: Quote, confirm: str) -> None:
    told = found.apply.body if found.apply else {}
    total = Decimal(told["total"]) if quote.total is None else quote.total.quantize(CENT)
    currency = told["currency"] if quote.total is None else quote.currency
    due = f"{total} {currency}"
    if confirm != due:
        raise InvalidSpec(
            f"{found.title}: {due} until it ends, before tax. It cannot be taken back.",
            field="confirm",
            remedy=f"To buy it, repeat this with confirm: {due}",
        )


def _tell(services: Services, found: Recommendation, spec: CommitmentSpec) -> None:
    """Rules that say what is held of the pool take the bill's place: they must know of it."""
    store, today = AdviceStore(services.store.table), services.now().date()
    edits = store.rules(found.tenant)
    new = HeldCommitment(
        account_id=found.account_id,
        region=spec.region,
        instance_type=spec.instance_type,
        count=spec.count,
        start=today,
        end=later(today, 12 * spec.years),
    )
    place = (new.account_id, new.region)
    held = [one.instance_type for one in edits.held if (one.account_id, one.region) == place]
    if not held or new in edits.held:
        return
    prices = Prices(services.store.account(found.tenant, found.account_id).type, spec.region, today)
    pools = {unit.base for unit in map(prices.unit, held) if unit is not None}
    if spec.instance_type in pools:
        store.save_rules(found.tenant, edits.model_copy(update={"held": [*edits.held, new]}))


def _saved(
    services: Services, found: Recommendation, state: RecommendationState, **told: str
) -> Recommendation:
    now, action = services.now(), found.apply
    assert action is not None
    applied = now if state is RecommendationState.APPLIED else found.applied_at
    body = {**action.body, **told}
    update = {
        "state": state,
        "updated_at": now,
        "applied_at": applied,
        "apply": action.model_copy(update={"body": body}),
    }
    return AdviceStore(services.store.table).save(found.model_copy(update=update), found)
