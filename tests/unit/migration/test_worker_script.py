"""The script of a worker: what is put into it stays a value, and its secret out of sight."""

from __future__ import annotations

import subprocess

from novacron.migration.workers import Order, script
from novacron.providers.workers import WorkerSpec

NASTY = "novacron[cli] @ https://x/y.whl?a=1&b='$(touch /tmp/never)'; `false`"


def test_values_are_quoted() -> None:
    order = Order(name="side", region="r", url="https://api/v1", package=NASTY)
    whole = script(order, "to'ken")
    head = whole.partition("set -euo")[0]
    told = subprocess.run(
        ["/bin/bash", "-eu"],
        input=head + 'printf "%s\\n" "$URL" "$TOKEN" "$PACKAGE"',
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.splitlines() == ["https://api/v1", "to'ken", NASTY]
    assert whole.startswith("#!/bin/bash\n")
    subprocess.run(["/bin/bash", "-n"], input=whole, check=True, text=True)


def test_the_token_is_not_shown() -> None:
    order = Order(name="side", region="r", url="https://api/v1", package="novacron[cli]")
    spec = WorkerSpec(name="side", region="r", startup_script=script(order, "a-token"))
    assert "a-token" not in repr(spec)
