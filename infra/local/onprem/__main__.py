"""``python -m infra.local.onprem --state-dir DIR``: a host until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from infra.local.onprem import host


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True)
    folder = parser.parse_args().state_dir
    ended = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: ended.set())
    running = host.start(folder)
    print(running.uri, flush=True)
    ended.wait()
    running.stop()


if __name__ == "__main__":
    main()
