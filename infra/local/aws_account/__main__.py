"""``python -m infra.local.aws_account --port N --state-dir DIR``"""

from __future__ import annotations

import argparse
import logging
import signal
from pathlib import Path
from threading import Thread
from types import FrameType

from .options import EventTarget, Options
from .server import make


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="infra.local.aws_account", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--account-id", default="123456789012")
    parser.add_argument("--transition-describes", type=int, default=1)
    parser.add_argument("--events-endpoint", help="EventBridge that gets instance state changes")
    parser.add_argument("--events-access-key", default="test")
    parser.add_argument("--events-secret-key", default="test")
    parser.add_argument("--events-region", default="us-east-1")
    parser.add_argument("--events-source", default="aws.ec2")
    return parser.parse_args()


def main() -> None:
    args = _parse()
    logging.basicConfig(level=logging.INFO)
    events = None
    if args.events_endpoint:
        events = EventTarget(
            endpoint=args.events_endpoint,
            access_key=args.events_access_key,
            secret_key=args.events_secret_key,
            region=args.events_region,
            source=args.events_source,
        )
    server = make(
        args.state_dir,
        Options(
            port=args.port,
            account_id=args.account_id,
            transition_describes=args.transition_describes,
            events=events,
        ),
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the serving loop, which runs in this very thread.
        Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"AWS account {args.account_id} at {server.url}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
