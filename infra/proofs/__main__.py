"""``python -m infra.proofs`` lists the proofs; with a name, it runs that one."""

from __future__ import annotations

import pkgutil
import signal
import sys
from importlib import import_module
from types import ModuleType

import infra.proofs


class NotProven(Exception):
    """The claim does not hold; the text says why."""


def proofs() -> dict[str, ModuleType]:
    """``foundation-run`` -> its module ``foundation_run``."""
    names = [one.name for one in pkgutil.iter_modules(infra.proofs.__path__) if "_" in one.name]
    found = {name.replace("_", "-"): name for name in names if not name.startswith("_")}
    return {shown: import_module(f"infra.proofs.{name}") for shown, name in found.items()}


def main() -> int:
    found = proofs()
    if len(sys.argv) == 1:
        width = max(map(len, found))
        for name, module in found.items():
            print(f"{name:<{width}}  {(module.__doc__ or '').partition(chr(10))[0]}")
        return 0
    if sys.argv[1] not in found:
        print(f"There is no proof {sys.argv[1]}; `make proofs` lists them.", file=sys.stderr)
        return 2
    # An exit like any other, so that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        print(found[sys.argv[1]].prove())
    except Exception as error:
        print(f"NOT PROVEN: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
