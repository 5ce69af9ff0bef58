"""VMs that their owners' tags call interruptible, and that cost less as spot capacity which was
cheap, steady and seldom taken back in the last days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import LIST, Saving, saved
from novacron.costs.advice.spot_mix import MIX, Offer, candidates, mix
from novacron.errors import NovaCronError
from novacron.models.account import CostEstimate
from novacron.models.advice import Rule
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.recommendation import Confidence, Evidence
from novacron.models.spot_market import Measure, SpotMarket
from novacron.providers.base import SpotVms
from novacron.providers.registry import adapter
from novacron.providers.spot_market import SpotMarkets

NOTICE = "The provider takes it back at two minutes' notice or less"
STATE = "state that it keeps on its root disk"
UNTOLD = "prices and interruptions of the last days"
OF = {
    Measure.MONTH: "of the VMs of the last month",
    Measure.HOUR: "of the VMs within an hour",
    Measure.STOPS: "of the VMs that stopped",
}


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    fit = [one for one in scene.records(ResourceKind.VM, rule) if _could(scene, one)]
    for _, there in groupby(sorted(fit, key=_place), key=_place):
        types = [(one, candidates(scene.accounts[one.account_id].type, one)) for one in there]
        markets, why = _told(scene, rule, types)
        for record, names in types:
            found = _found(scene, rule, record, names, markets, why)
            if found is not None:
                yield found


def _could(scene: Scene, record: ResourceRecord) -> bool:
    told, account = record.document, scene.accounts[record.account_id]
    fits = record.state == "running" and not told.get("spot")
    fits = fits and len(told.get("volume_ids", [])) <= 1
    return fits and issubclass(adapter(account.type), SpotVms)


def _place(record: ResourceRecord) -> tuple[str, str]:
    return record.account_id, record.region


def _told(
    scene: Scene, rule: Rule, types: list[tuple[ResourceRecord, list[str]]]
) -> tuple[list[SpotMarket], str]:
    """(what is told of the place of these VMs, why nothing can be read)."""
    first, since = types[0][0], scene.now - _window(rule)
    account, names = scene.accounts[first.account_id], {name for _, of in types for name in of}
    try:
        provider = scene.services.providers.of(account)
        if isinstance(provider, SpotMarkets):
            return provider.spot_markets(first.region, sorted(names), since), ""
    except NovaCronError as error:
        return [], error.detail
    return [], ""


def _window(rule: Rule) -> timedelta:
    return timedelta(hours=rule.window_hours)


def _found(
    scene: Scene,
    rule: Rule,
    record: ResourceRecord,
    names: list[str],
    markets: list[SpotMarket],
    why: str,
) -> Finding | None:
    price = scene.prices.price(scene.accounts[record.account_id], record)
    told = [one for one in markets if one.instance_type in names]
    if not told or price is None:
        return _by_catalog(scene, rule, record, names[:MIX], price, why or "none is told")
    chosen = mix(told, rule, price.hourly, scene.now - _window(rule), scene.now)
    return _by_market(rule, record, price, chosen) if chosen else None


def _by_catalog(
    scene: Scene,
    rule: Rule,
    record: ResourceRecord,
    others: list[str],
    now: CostEstimate | None,
    why: str,
) -> Finding:
    account = scene.accounts[record.account_id]
    then = scene.prices.price(account, record, spot=True)
    saving = Saving(None, LIST, rule.formula, ["spot price"])
    if now is not None and then is not None:
        saving = saved(now.hourly, then.hourly, now.currency, "how the spot price moves")
    spread = f" Types of the same size to spread over: {', '.join(others)}." if others else ""
    return Finding(
        record=record,
        title=_title(record),
        detail=f"Make it again with spec.spot.{spread}",
        saving=saving,
        confidence=Confidence.LOW,
        risk=f"{NOTICE}.",
        unknown=[f"{UNTOLD}: {why}", STATE],
    )


def _title(record: ResourceRecord) -> str:
    return f"{record.name} can be interrupted, and runs on demand"


def _by_market(
    rule: Rule, record: ResourceRecord, now: CostEstimate, chosen: list[Offer]
) -> Finding:
    mean = sum((one.mean for one in chosen), Decimal(0)) / len(chosen)
    each = ", ".join(f"{one.name} at {one.mean}" for one in chosen)
    unknown = [f"interruptions of {one.name}" for one in chosen if not one.market.interruptions]
    unknown += [f"how the price of {one.name} moved" for one in chosen if not one.market.points]
    return Finding(
        record=record,
        title=_title(record),
        detail=f"Make it again with spec.spot. Spread it and others like it evenly, "
        f"{100 / len(chosen):.0f}% each, over types of different families, as capacity of one is "
        f"lost without that of the others: {each} an hour.",
        saving=saved(now.hourly, mean.quantize(chosen[0].mean), now.currency),
        confidence=Confidence.LOW if unknown else Confidence.MEDIUM,
        risk=_risk(now.hourly, chosen),
        unknown=[*unknown, STATE],
        evidence=[each for one in chosen for each in _evidence(rule, now.hourly, one)],
    )


def _risk(on_demand: Decimal, chosen: list[Offer]) -> str:
    rates = [told for one in chosen if (told := one.market.interruptions)]
    worst = max(rates, key=lambda one: one.high, default=None)
    often = f", at worst {worst.low:g} to {worst.high:g}% {OF[worst.of]}" if worst else ""
    swing = max(one.swing(on_demand) for one in chosen)
    return f"{NOTICE}{often}. Prices moved by up to {swing:g}% of the price on demand."


def _evidence(rule: Rule, on_demand: Decimal, one: Offer) -> Iterator[Evidence]:
    most, told = rule.thresholds, one.market.interruptions
    yield Evidence(
        signal=f"mean spot price of {one.name}",
        window_hours=rule.window_hours,
        observed=float(one.mean),
        threshold=round(float(on_demand) * (1 - most["min_saving_percent"] / 100), 6),
        unit="USD/h",
        points=[(at, float(price)) for at, price in one.market.points],
    )
    yield Evidence(
        signal=f"highest less lowest spot price of {one.name}",
        window_hours=rule.window_hours,
        observed=one.swing(on_demand),
        threshold=most["max_swing_percent"],
        unit="% of the price on demand",
    )
    if told is not None:
        yield Evidence(
            signal=f"interruptions of {one.name}: {told.low:g} to {told.high:g}% {OF[told.of]}",
            window_hours=rule.window_hours,
            observed=told.high,
            threshold=most[f"max_{told.of}_percent"],
            unit="%",
        )
