"""``python -m infra.local.issuer --key FILE --port N`` serves; ``--mint TENANT`` prints a token."""

from __future__ import annotations

import argparse
from pathlib import Path

from infra.local.issuer.keys import SigningKey
from infra.local.issuer.server import IssuerServer


def main() -> None:
    parser = argparse.ArgumentParser(description="The embedded stack's OpenID Connect issuer")
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mint", metavar="TENANT", help="print a token instead of serving")
    parser.add_argument("--subject", default="admin")
    parser.add_argument("--role", action="append", default=[])
    parser.add_argument("--audience", default="novacron")
    chosen = parser.parse_args()
    key = SigningKey(chosen.key)
    if chosen.mint:
        url = f"http://127.0.0.1:{chosen.port}"
        roles = chosen.role or ["admin"]
        print(key.token(url, chosen.audience, chosen.mint, chosen.subject, roles))
        return
    IssuerServer(key, chosen.port).serve_forever()


if __name__ == "__main__":
    main()
