"""The disk that tells a guest's cloud-init who it is and what to do: NoCloud.

https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
"""

from __future__ import annotations

from io import BytesIO

from novacron.mapping.user_data import with_ssh_keys
from novacron.models.vm import VmSpec

LABEL = "CIDATA"


def seed(vm_id: str, spec: VmSpec) -> bytes | None:
    """An ISO 9660 image with ``user-data`` and ``meta-data``; None when nothing is to be told.

    Raises InvalidSpec: keys cannot be joined to this user data.
    """
    user_data = with_ssh_keys(spec.user_data, spec.ssh_keys)
    if not user_data:
        return None
    meta_data = f"instance-id: {vm_id}\nlocal-hostname: {spec.name}\n"
    return _iso({"user-data": user_data.encode(), "meta-data": meta_data.encode()})


def _iso(files: dict[str, bytes]) -> bytes:
    """Real names by Rock Ridge and Joliet: ISO 9660 alone knows no hyphen."""
    from pycdlib import PyCdlib

    image, target = PyCdlib(), BytesIO()
    image.new(joliet=3, rock_ridge="1.09", vol_ident=LABEL)
    for name, body in files.items():
        plain = name.upper().replace("-", "")[:8]
        image.add_fp(BytesIO(body), len(body), f"/{plain}.;1", rr_name=name, joliet_path=f"/{name}")
    image.write_fp(target)
    image.close()
    return target.getvalue()
