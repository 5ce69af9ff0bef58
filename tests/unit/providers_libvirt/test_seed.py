"""The seed, read back as a guest reads it."""

from __future__ import annotations

from email import message_from_string
from io import BytesIO

import pytest
from pycdlib import PyCdlib

from novacron.errors import InvalidSpec
from novacron.models.vm import VmSpec
from novacron.providers.libvirt.seed import seed

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBX0 someone@example"


def spec(**told: object) -> VmSpec:
    return VmSpec.model_validate({"name": "web", "region": "onprem", "image": "i", **told})


def read(image: bytes | None, name: str) -> str:
    assert image is not None
    disc, target = PyCdlib(), BytesIO()
    disc.open_fp(BytesIO(image))
    disc.get_file_from_iso_fp(target, rr_path=f"/{name}")
    disc.close()
    return target.getvalue().decode()


def test_a_guest_finds_its_user_data_and_its_name() -> None:
    image = seed("uuid-1", spec(user_data="#!/bin/sh\necho hällo\n"))
    assert read(image, "user-data") == "#!/bin/sh\necho hällo\n"
    assert read(image, "meta-data") == "instance-id: uuid-1\nlocal-hostname: web\n"
    assert image is not None
    assert image[32808:32814] == b"CIDATA"


def test_keys_are_joined() -> None:
    assert KEY in read(seed("u", spec(ssh_keys=[KEY])), "user-data")
    script = "#!/bin/sh\necho hello\n"
    both = message_from_string(read(seed("u", spec(ssh_keys=[KEY], user_data=script)), "user-data"))
    told = [part.get_payload(decode=True) for part in both.walk() if not part.is_multipart()]
    assert told[0] == script.encode()
    assert KEY.encode() in bytes(told[1])
    with pytest.raises(InvalidSpec):
        seed("u", spec(ssh_keys=[KEY], user_data="neither script nor configuration"))


def test_nothing_to_say_is_no_disc() -> None:
    assert seed("u", spec()) is None


def test_the_largest_user_data_fits() -> None:
    assert read(seed("u", spec(user_data="#" * 16384)), "user-data") == "#" * 16384
