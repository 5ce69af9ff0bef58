"""``python -m infra.local.stack [--once]``: what ``make run`` does after the set-up."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from infra.local.stack.advice import idle_advice
from infra.local.stack.api import Cli
from infra.local.stack.control_plane import ROOT
from infra.local.stack.job import five_commands, main_job, move, tear_down
from infra.local.stack.logs import errors
from infra.local.stack.services import StackError
from infra.local.stack.spending import cost_table, rate_card, refusing_budget
from infra.local.stack.stack import running

STATE = ROOT / ".novacron"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="unattended: check, tear down, leave")
    parser.add_argument("--state-dir", type=Path)
    chosen = parser.parse_args()
    folder = chosen.state_dir or STATE / ("once" if chosen.once else "run")
    if chosen.once:
        shutil.rmtree(folder, ignore_errors=True)
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        with running(folder) as stack:
            cli = Cli(stack.url, stack.token)
            with explained(stack.port):
                main_job(cli, stack.targets, folder)
                rate_card(cli, stack.targets[0], folder)
                five_commands(cli, stack.targets)
                move(cli, stack.targets[0], stack.targets[1], folder)
                collect = stack.outputs["CollectCosts"]
                cost_table(cli, stack.targets[0], stack.port, collect)
                refusing_budget(cli, stack.targets[0])
                idle_advice(cli, stack.targets[0], stack.port, folder)
                if chosen.once:
                    tear_down(cli, stack.targets)
            if not chosen.once:
                _invite(stack.url, stack.token)
                ended.wait()
    except StackError as error:
        print(f"\nFailed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the state is kept. `make run` goes on, `make clean` forgets.")
        return 0
    print("\nThe main job works: every step checked, everything deleted again.")
    return 0


@contextmanager
def explained(port: int) -> Iterator[None]:
    """When a step fails, show what the functions logged before everything is stopped."""
    try:
        yield
    except StackError:
        print("\nThe functions' last errors:", *errors(port), sep="\n", file=sys.stderr)
        raise


def _invite(url: str, token: str) -> None:
    print(f"\nThe API is up until Ctrl-C:\n\nexport NOVACRON_URL={url}")
    print(f"export NOVACRON_TOKEN={token}\n")
    print('curl -H "Authorization: Bearer $NOVACRON_TOKEN" $NOVACRON_URL/vms', flush=True)


if __name__ == "__main__":
    sys.exit(main())
