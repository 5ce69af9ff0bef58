"""libvirt's error codes to our tree (https://libvirt.org/html/libvirt-virterror.html)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import libvirt

from novacron import errors

P = ParamSpec("P")
R = TypeVar("R")

libvirt.registerErrorHandler(lambda *_: None, None)  # it would print every error to stderr

KINDS: dict[int, type[errors.NovaCronError]] = {
    libvirt.VIR_ERR_NO_DOMAIN: errors.NotFound,
    libvirt.VIR_ERR_NO_NETWORK: errors.NotFound,
    libvirt.VIR_ERR_NO_NWFILTER: errors.NotFound,
    libvirt.VIR_ERR_NO_STORAGE_POOL: errors.NotFound,
    libvirt.VIR_ERR_NO_STORAGE_VOL: errors.NotFound,
    libvirt.VIR_ERR_NO_DOMAIN_BACKUP: errors.NotFound,
    libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT: errors.NotFound,
    libvirt.VIR_ERR_AUTH_FAILED: errors.AuthenticationFailed,
    libvirt.VIR_ERR_AUTH_CANCELLED: errors.AuthenticationFailed,
    libvirt.VIR_ERR_AUTH_UNAVAILABLE: errors.AuthenticationFailed,
    libvirt.VIR_ERR_OPERATION_DENIED: errors.PermissionDenied,
    libvirt.VIR_ERR_ACCESS_DENIED: errors.PermissionDenied,
    libvirt.VIR_ERR_DOM_EXIST: errors.AlreadyExists,
    libvirt.VIR_ERR_NETWORK_EXIST: errors.AlreadyExists,
    libvirt.VIR_ERR_STORAGE_VOL_EXIST: errors.AlreadyExists,
    libvirt.VIR_ERR_OPERATION_INVALID: errors.Conflict,
    libvirt.VIR_ERR_RESOURCE_BUSY: errors.Conflict,
    libvirt.VIR_ERR_OPERATION_TIMEOUT: errors.NotReady,
    libvirt.VIR_ERR_INVALID_ARG: errors.InvalidSpec,
    libvirt.VIR_ERR_CONFIG_UNSUPPORTED: errors.Unsupported,
    libvirt.VIR_ERR_NO_SUPPORT: errors.Unsupported,
    libvirt.VIR_ERR_OPERATION_UNSUPPORTED: errors.Unsupported,
    libvirt.VIR_ERR_NO_MEMORY: errors.NoCapacity,
}


def translate(error: libvirt.libvirtError) -> errors.NovaCronError:
    """What is not in the table is the host's own trouble: ProviderUnavailable."""
    kind = KINDS.get(error.get_error_code(), errors.ProviderUnavailable)
    return kind(f"libvirt: {error.get_error_message()}")


def translated(method: Callable[P, R]) -> Callable[P, R]:
    """Every public method of the adapter raises our tree only."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except libvirt.libvirtError as error:
            raise translate(error) from error

    return wrapper
