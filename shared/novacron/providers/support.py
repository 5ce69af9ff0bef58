"""What each provider can do, read from its class: there is no second list."""

from __future__ import annotations

from importlib.util import find_spec

from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.providers.base import CAPABILITIES
from novacron.providers.registry import ADAPTERS, adapter


class Support(Model):
    """``refusals`` is capability -> reason. An adapter that is not ``installed`` says why."""

    type: ProviderType
    installed: bool
    capabilities: list[str] = []
    refusals: dict[str, str] = {}


def support() -> list[Support]:
    return [_support(kind) for kind in ADAPTERS]


def _support(kind: ProviderType) -> Support:
    try:
        found = adapter(kind)
        if found.sdk is not None and find_spec(found.sdk) is None:
            raise ModuleNotFoundError(name=found.sdk)
    except ImportError as error:
        return Support(type=kind, installed=False, refusals={"*": f"not installed: {error.name}"})
    able = [one.__name__ for one in CAPABILITIES if issubclass(found, one)]
    missing = {one.__name__ for one in CAPABILITIES} - set(able)
    refusals = {name: found.refusals.get(name, "not built yet") for name in sorted(missing)}
    return Support(type=kind, installed=True, capabilities=able, refusals=refusals)
