"""SSH keys into cloud-init's user data, for providers that take no keys of their own.

https://docs.cloud-init.io/en/latest/explanation/format.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from novacron.errors import InvalidSpec

MOST = 16384
"""Bytes before base64, EC2's limit: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html"""

# Our list is added to the user's: by default, the later of two documents takes a key whole.
# https://docs.cloud-init.io/en/latest/reference/merging.html
_MERGE = "merge_how: list(append)+dict(recurse_list)+str()"
_TYPES = {
    "#cloud-config": "cloud-config",
    "#!": "x-shellscript",
    "#include": "x-include-url",
    "#cloud-boothook": "cloud-boothook",
    "## template: jinja": "jinja2",
}


def with_ssh_keys(user_data: str, keys: Sequence[str]) -> str:
    """``user_data`` as it is without keys; with keys, a document that holds both.

    Raises:
        InvalidSpec: ``user_data`` is of a kind that cannot be joined, or the whole is too large.
    """
    if not keys:
        return user_data
    config = f"#cloud-config\n{_MERGE}\nssh_authorized_keys: {json.dumps(list(keys))}\n"
    whole = _joined(user_data, config) if user_data else config
    if len(whole.encode()) > MOST:
        raise InvalidSpec(
            f"User data and SSH keys together have more than {MOST} bytes.", field="user_data"
        )
    return whole


def _joined(user_data: str, config: str) -> str:
    kind = next((kind for start, kind in _TYPES.items() if user_data.startswith(start)), None)
    if kind is None:
        raise InvalidSpec(
            "SSH keys cannot be added to user data of this kind.",
            field="user_data",
            remedy='Begin it with "#cloud-config" or "#!", or put the keys into it.',
        )
    both = MIMEMultipart(boundary="novacron-user-data")
    for text, subtype in ((user_data, kind), (config, "cloud-config")):
        part = MIMEText(text, subtype, "utf-8")
        both.attach(part)
    return both.as_string()
