"""``python -m infra.local.google_project --port N --state-dir DIR``"""

from __future__ import annotations

import argparse
import json
import logging
import signal
from pathlib import Path
from threading import Thread
from types import FrameType

from .options import Options
from .server import make


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="infra.local.google_project", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--project", default="novacron-local")
    parser.add_argument("--transition-describes", type=int, default=1)
    parser.add_argument(
        "--guest", action="append", metavar="NAME=VALUE", help="run guests, with this environment"
    )
    return parser.parse_args()


def main() -> None:
    args = _parse()
    logging.basicConfig(level=logging.INFO)
    server = make(
        args.state_dir,
        Options(
            port=args.port,
            project_id=args.project,
            transition_describes=args.transition_describes,
            guests=dict(one.split("=", 1) for one in args.guest) if args.guest else None,
        ),
    )
    key_file = args.state_dir / "service-account.json"
    key_file.write_text(json.dumps(server.service_account_key, indent=2))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the serving loop, which runs in this very thread.
        Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"Google Cloud project {args.project} at {server.url}, key in {key_file}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
