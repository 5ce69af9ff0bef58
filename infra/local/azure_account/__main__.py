"""``python -m infra.local.azure_account --port N --state-dir DIR``"""

from __future__ import annotations

import argparse
import logging
import signal
from dataclasses import fields
from pathlib import Path
from threading import Thread
from types import FrameType

from .options import FederatedCredential, Options
from .server import make

_TEXT = ("subscription_id", "tenant_id", "client_id", "client_secret", "resource_group", "location")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="infra.local.azure_account", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    defaults = {field.name: field.default for field in fields(Options)}
    for name in _TEXT:
        parser.add_argument(f"--{name.replace('_', '-')}", default=defaults[name])
    parser.add_argument("--transition-describes", type=int, default=1)
    parser.add_argument("--federated-issuer", help="an issuer whose assertions are accepted")
    parser.add_argument("--federated-subject")
    return parser.parse_args()


def main() -> None:
    args = _parse()
    logging.basicConfig(level=logging.INFO)
    federated: tuple[FederatedCredential, ...] = ()
    if args.federated_issuer:
        trusted = FederatedCredential(args.client_id, args.federated_issuer, args.federated_subject)
        federated = (trusted,)
    server = make(
        args.state_dir,
        Options(
            port=args.port,
            transition_describes=args.transition_describes,
            federated=federated,
            **{name: getattr(args, name) for name in _TEXT},
        ),
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the serving loop, which runs in this very thread.
        Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"Azure subscription {args.subscription_id} at {server.url}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
