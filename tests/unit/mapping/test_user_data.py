"""Keys join the user's cloud-init data without taking anything from it."""

from __future__ import annotations

import email

import pytest
import yaml

from novacron.errors import InvalidSpec
from novacron.mapping.user_data import MOST, with_ssh_keys

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@example"


def test_without_keys_nothing_is_touched() -> None:
    assert with_ssh_keys("anything", []) == "anything"


def test_keys_alone_are_a_cloud_config() -> None:
    made = with_ssh_keys("", [KEY])
    assert made.startswith("#cloud-config\n")
    assert yaml.safe_load(made)["ssh_authorized_keys"] == [KEY]


def test_a_script_and_keys_are_two_parts() -> None:
    script = "#!/bin/sh\necho grüße\n"
    message = email.message_from_string(with_ssh_keys(script, [KEY]))
    first, second = (part for part in message.walk() if not part.is_multipart())
    assert (first.get_content_type(), second.get_content_type()) == (
        "text/x-shellscript",
        "text/cloud-config",
    )
    payload = first.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode() == script


@pytest.mark.parametrize("data", ["plain text", "#!/bin/sh\n" + "x" * MOST])
def test_what_cannot_be_joined_is_refused(data: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        with_ssh_keys(data, [KEY])
    assert refused.value.field == "user_data"
