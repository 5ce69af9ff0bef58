"""From a connected socket to an export: the newstyle handshake with its options."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field

from novacron.errors import NotFound, PermissionDenied, ProviderUnavailable, Unsupported
from novacron.providers.libvirt.nbd import protocol as p
from novacron.providers.libvirt.nbd.wire import receive


@dataclass
class Negotiated:
    """``contexts``: the server's number of each -> its name, of those that it has."""

    wire: socket.socket
    size: int = 0
    contexts: dict[int, str] = field(default_factory=dict)


def negotiate(
    wire: socket.socket, export: str, contexts: list[str], tls: ssl.SSLContext | None, host: str
) -> Negotiated:
    """Raises NotFound (no such export), PermissionDenied (TLS is demanded), Unsupported (an old
    server), ProviderUnavailable."""
    magic, option_magic, flags = p.HELLO.unpack(receive(wire, p.HELLO.size))
    if (magic, option_magic) != (p.NBD_MAGIC, p.OPTION_MAGIC) or not flags & p.FIXED_NEWSTYLE:
        raise Unsupported("The NBD server knows no newstyle handshake.")
    wire.sendall(p.NUMBER.pack(p.FIXED_NEWSTYLE | flags & p.NO_ZEROES))
    if tls is not None:
        _option(wire, p.OPT_STARTTLS, b"")
        wire = tls.wrap_socket(wire, server_hostname=host)
    _option(wire, p.OPT_STRUCTURED_REPLY, b"")
    found = Negotiated(wire)
    name = _text(export)
    if contexts:
        queries = p.NUMBER.pack(len(contexts)) + b"".join(map(_text, contexts))
        for kind, body in _option(wire, p.OPT_SET_META_CONTEXT, name + queries):
            if kind == p.REP_META_CONTEXT:
                found.contexts[p.NUMBER.unpack_from(body)[0]] = body[4:].decode()
    for kind, body in _option(wire, p.OPT_GO, name + b"\0\0"):
        if kind == p.REP_INFO and body[:2] == p.INFO_EXPORT.to_bytes(2, "big"):
            found.size = p.EXPORT_INFO.unpack(body)[1]
    return found


def _text(text: str) -> bytes:
    return p.NUMBER.pack(len(text.encode())) + text.encode()


def _option(wire: socket.socket, option: int, data: bytes) -> list[tuple[int, bytes]]:
    """The server's answers up to its acknowledgement."""
    wire.sendall(p.OPTION.pack(p.OPTION_MAGIC, option, len(data)) + data)
    answers: list[tuple[int, bytes]] = []
    while True:
        head = p.OPTION_REPLY.unpack(receive(wire, p.OPTION_REPLY.size))
        magic, echoed, kind, length = head
        if (magic, echoed) != (p.OPTION_REPLY_MAGIC, option) or length > p.MOST_OPTION_REPLY:
            raise ProviderUnavailable("The NBD server does not keep to the protocol.")
        body = receive(wire, length)
        if kind & p.REP_ERROR:
            raise _refused(option, kind, body.decode(errors="replace"))
        if kind == p.REP_ACK:
            return answers
        answers.append((kind, body))


def _refused(option: int, kind: int, told: str) -> Exception:
    if kind == p.REP_ERR_UNKNOWN:
        return NotFound(f"The NBD server has no such export. {told}".strip())
    if kind == p.REP_ERR_TLS_REQD:
        return PermissionDenied("The NBD server demands TLS.")
    return Unsupported(f"The NBD server refuses option {option} ({kind & 0xFF}). {told}".strip())
