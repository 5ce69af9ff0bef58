"""libvirt's errors become ours, each of the kind that a caller can act on."""

from __future__ import annotations

import libvirt
import pytest

from novacron import errors
from novacron.providers.libvirt.errors import KINDS, translated


def failure(code: int, detail: str) -> libvirt.libvirtError:
    """As libvirt raises it."""
    found = libvirt.libvirtError(detail)
    found.err = (code, libvirt.VIR_FROM_QEMU, detail, 2, None, None, None, -1, -1)
    return found


def raised(code: int) -> errors.NovaCronError:
    @translated
    def call() -> None:
        raise failure(code, "it failed")

    with pytest.raises(errors.NovaCronError) as caught:
        call()
    assert isinstance(caught.value.__cause__, libvirt.libvirtError)
    return caught.value


@pytest.mark.parametrize("code", KINDS)
def test_a_known_code_has_its_kind(code: int) -> None:
    error = raised(code)
    assert type(error) is KINDS[code]
    assert error.detail == "libvirt: it failed"


@pytest.mark.parametrize(
    "code", [libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_RPC, libvirt.VIR_ERR_SYSTEM_ERROR]
)
def test_the_hosts_own_trouble_may_be_tried_again(code: int) -> None:
    assert raised(code).retryable


def test_our_own_errors_pass() -> None:
    @translated
    def call() -> None:
        raise errors.Conflict("busy")

    with pytest.raises(errors.Conflict, match="busy"):
        call()
