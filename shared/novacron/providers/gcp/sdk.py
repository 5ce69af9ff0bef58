"""Loads of google-cloud-compute only the services that are used.

``import google.cloud.compute_v1`` imports all of its 129 services, about 3 s; one service with
the types takes 1 s (docs/decisions/google-sdk-start.md, ``python -m bench.google_start``). So the
package is registered with its path but not run: Python then finds its submodules, and nothing
else is read. Whoever asks the package itself for a name gets it: that runs it after all.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

PACKAGE = "google.cloud.compute_v1"


def client_class(service: str) -> Any:
    """The client of a service: "zone_operations" -> ZoneOperationsClient. Raises ImportError."""
    _register()
    name = "".join(part.title() for part in service.split("_")) + "Client"
    try:
        return getattr(import_module(f"{PACKAGE}.services.{service}"), name)
    except (ImportError, AttributeError):
        # Another layout than we know: slow, but what the SDK promises.
        _forget()
        return getattr(import_module(PACKAGE), name)


def _register() -> None:
    """Put the package into ``sys.modules`` without running it, if nobody has imported it."""
    if PACKAGE in sys.modules:
        return
    spec = find_spec(PACKAGE)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {PACKAGE!r}", name=PACKAGE)
    package, loader = module_from_spec(spec), spec.loader

    def missing(name: str) -> Any:
        """PEP 562: a submodule alone, or else all that the package defines."""
        if find_spec(f"{PACKAGE}.{name}") is not None:
            return import_module(f"{PACKAGE}.{name}")
        del package.__dict__["__getattr__"]
        loader.exec_module(package)
        return getattr(package, name)

    package.__dict__["__getattr__"] = missing
    sys.modules.setdefault(PACKAGE, package)


def _forget() -> None:
    for name in [one for one in sys.modules if one == PACKAGE or one.startswith(PACKAGE + ".")]:
        del sys.modules[name]
