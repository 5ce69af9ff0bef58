"""One connection to one export, for reading."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from novacron.errors import InvalidSpec, ProviderUnavailable
from novacron.providers.libvirt.nbd import protocol as p
from novacron.providers.libvirt.nbd.handshake import negotiate
from novacron.providers.libvirt.nbd.wire import receive

TIMEOUT_S = 30.0
Run = tuple[int, int]
"""Length in bytes, and the context's flags there."""


@dataclass(frozen=True)
class Address:
    """Where a server listens: ``path`` of a Unix socket, or ``host`` and ``port``."""

    path: str | None = None
    host: str = ""
    port: int = 0

    def connect(self) -> socket.socket:
        if self.path is None:
            return socket.create_connection((self.host, self.port), timeout=TIMEOUT_S)
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(TIMEOUT_S)
        try:
            wire.connect(self.path)
        except BaseException:
            wire.close()
            raise
        return wire


@contextmanager
def _reaching(address: Address) -> Iterator[None]:
    """A socket's own errors are the provider's."""
    try:
        yield
    except OSError as error:
        detail = f"The NBD server at {address} does not answer: {error}"
        raise ProviderUnavailable(detail) from error


class NbdClient:
    """Not for several threads at once. After any error but InvalidSpec it must be closed."""

    def __init__(
        self,
        address: Address,
        export: str,
        contexts: list[str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """``contexts``: meta contexts that ``block_status`` is to tell of; one that the server
        does not have is left out. Raises what ``negotiate`` does."""
        self.address = address
        self._cookie = 0
        with _reaching(address):
            self._wire = address.connect()
            try:
                made = negotiate(self._wire, export, contexts or [], tls, address.host)
            except BaseException:
                self._wire.close()
                raise
        self._wire, self.size, self._contexts = made.wire, made.size, made.contexts

    @property
    def contexts(self) -> list[str]:
        return list(self._contexts.values())

    def read(self, offset: int, length: int) -> bytes:
        """Raises InvalidSpec: it is not within the export; ProviderUnavailable."""
        self._check(offset, length, p.MOST_REQUEST)
        data, filled = bytearray(length), 0
        for kind, body in self._ask(p.CMD_READ, offset, length):
            if kind == p.CHUNK_DATA:
                start = p.OFFSET.unpack_from(body)[0] - offset
                size = len(body) - p.OFFSET.size
                _within(start, size, length)
                data[start : start + size] = memoryview(body)[p.OFFSET.size :]
            elif kind == p.CHUNK_HOLE:
                start, size = p.HOLE.unpack(body)
                _within(start - offset, size, length)
            else:
                raise ProviderUnavailable(f"The NBD server sent a chunk of type {kind}.")
            filled += size
        if filled != length:
            raise ProviderUnavailable(f"The NBD server sent {filled} bytes of {length}.")
        return bytes(data)

    def block_status(self, offset: int, length: int) -> dict[str, list[Run]]:
        """Context -> its runs from ``offset`` on: at least one, and maybe not up to the end.

        Raises InvalidSpec, ProviderUnavailable.
        """
        self._check(offset, length, (1 << 32) - 1)
        told: dict[str, list[Run]] = {}
        for kind, body in self._ask(p.CMD_BLOCK_STATUS, offset, length):
            context = self._contexts.get(p.NUMBER.unpack_from(body)[0])
            if kind != p.CHUNK_BLOCK_STATUS or context is None:
                raise ProviderUnavailable(f"The NBD server sent a chunk of type {kind}.")
            told[context] = list(p.DESCRIPTOR.iter_unpack(body[p.NUMBER.size :]))
        if told.keys() != set(self.contexts) or not all(told.values()):
            raise ProviderUnavailable("The NBD server told nothing of a context.")
        return told

    def close(self) -> None:
        try:
            self._wire.sendall(p.REQUEST.pack(p.REQUEST_MAGIC, 0, p.CMD_DISC, 0, 0, 0))
        except OSError:
            pass  # it has hung up already
        finally:
            self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, command: int, offset: int, length: int) -> Iterator[tuple[int, bytes]]:
        """Send a request; its chunks. Raises ProviderUnavailable: the server failed at it."""
        with _reaching(self.address):
            yield from self._chunks(command, offset, length)

    def _chunks(self, command: int, offset: int, length: int) -> Iterator[tuple[int, bytes]]:
        self._cookie += 1
        request = p.REQUEST.pack(p.REQUEST_MAGIC, 0, command, self._cookie, offset, length)
        self._wire.sendall(request)
        done = False
        while not done:
            head = p.CHUNK.unpack(receive(self._wire, p.CHUNK.size))
            magic, flags, kind, cookie, size = head
            most = max(length, p.MOST_OPTION_REPLY) + p.MOST_OPTION_REPLY
            if (magic, cookie) != (p.STRUCTURED_MAGIC, self._cookie) or size > most:
                raise ProviderUnavailable("The NBD server does not keep to the protocol.")
            body = receive(self._wire, size)
            if kind & p.CHUNK_ERROR:
                number, told = p.ERROR.unpack_from(body)
                why = body[p.ERROR.size : p.ERROR.size + told].decode(errors="replace")
                detail = f"The NBD server failed: {p.error_name(number)} {why}"
                raise ProviderUnavailable(detail.strip())
            done = bool(flags & p.CHUNK_DONE)
            if kind != p.CHUNK_NONE:
                yield kind, body

    def _check(self, offset: int, length: int, most: int) -> None:
        if not 0 < length <= most or offset < 0 or offset + length > self.size:
            raise InvalidSpec(f"[{offset}, +{length}) is not within {self.size} bytes.")


def _within(start: int, size: int, length: int) -> None:
    if start < 0 or start + size > length:
        raise ProviderUnavailable("The NBD server sent what was not asked for.")
