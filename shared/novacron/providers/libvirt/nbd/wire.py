"""Whole messages out of a socket."""

from __future__ import annotations

import socket

from novacron.errors import ProviderUnavailable


def receive(wire: socket.socket, length: int) -> bytes:
    """Exactly ``length`` bytes. Raises ProviderUnavailable: the server hung up."""
    buffer = bytearray(length)
    view, filled = memoryview(buffer), 0
    while filled < length:
        count = wire.recv_into(view[filled:])
        if not count:
            raise ProviderUnavailable("The NBD server hung up.")
        filled += count
    return bytes(buffer)
