"""Our own AWS from another cloud's function, without a key: its identity is exchanged for a role.

boto3 reads AWS_ROLE_ARN and the token's file, and reads that again whenever the role's keys run out
(https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FILE = "AWS_WEB_IDENTITY_TOKEN_FILE"
FRESH_SECONDS = 600
"""Both clouds' identity tokens live for an hour at least."""


def use(fetch: Callable[[], str]) -> None:
    """See that the token's file holds a token of the last ten minutes."""
    file = Path(os.environ.setdefault(FILE, str(Path(tempfile.gettempdir()) / "novacron.jwt")))
    if file.exists() and time.time() - file.stat().st_mtime < FRESH_SECONDS:
        return
    draft = file.with_suffix(".new")
    draft.touch(0o600)
    draft.write_text(fetch())
    draft.replace(file)
