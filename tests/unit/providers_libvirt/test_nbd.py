"""The NBD client against a real qemu-nbd."""

from __future__ import annotations

import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.errors import (
    InvalidSpec,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    Unsupported,
)
from novacron.providers.libvirt.nbd import protocol
from novacron.providers.libvirt.nbd.client import Address, NbdClient
from novacron.providers.libvirt.nbd.pool import Connections

MIB = 1024 * 1024
SIZE = 8 * MIB
GRAIN = 64 * 1024
DIRTY = protocol.DIRTY_BITMAP + "seen"
needs_qemu = pytest.mark.skipif(shutil.which("qemu-nbd") is None, reason="qemu-utils is missing")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _disk(folder: Path, before: list[str], after: list[str]) -> Path:
    """A qcow2 with a bitmap that has seen what ``after`` wrote alone."""
    disk = folder / "disk.qcow2"
    _run("qemu-img", "create", "-f", "qcow2", str(disk), str(SIZE))
    _write(disk, before)
    _run("qemu-img", "bitmap", "--add", str(disk), "seen")
    _write(disk, after)
    return disk


def _write(disk: Path, commands: list[str]) -> None:
    if commands:
        told = [part for command in commands for part in ("-c", command)]
        _run("qemu-io", "-f", "qcow2", "-d", "unmap", *told, str(disk))


@contextmanager
def _served(disk: Path, *more: str) -> Iterator[Address]:
    """qemu-nbd forks once it listens, and ends with its last client."""
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "nbd")
        pid = Path(folder) / "pid"
        command = ["qemu-nbd", "-r", "-f", "qcow2", "-x", "it", "-k", path, "--fork"]
        _run(*command, "-e", "8", "-t", "--pid-file", str(pid), *more, str(disk))
        try:
            yield Address(path=path)
        finally:
            _run("kill", pid.read_text().strip())


@needs_qemu
def test_reads_data_and_holes(tmp_path: Path) -> None:
    disk = _disk(tmp_path, ["write -P 0xab 65536 4096"], [])
    with _served(disk) as address, NbdClient(address, "it") as client:
        assert client.size == SIZE
        assert client.read(0, SIZE) == (bytes(65536) + b"\xab" * 4096 + bytes(SIZE - 65536 - 4096))
        assert client.read(65536 + 4095, 2) == b"\xab\0"
        with pytest.raises(InvalidSpec):
            client.read(SIZE - 1, 2)
        assert client.read(SIZE - 1, 1) == b"\0"


@needs_qemu
def test_a_dirty_hole_is_told(tmp_path: Path) -> None:
    disk = _disk(tmp_path, ["write -P 1 0 2M"], ["discard 1M 64k", "write -P 2 3M 512"])
    with _served(disk, "-B", "seen") as address:
        contexts = [protocol.BASE_ALLOCATION, DIRTY, "qemu:dirty-bitmap:none"]
        with NbdClient(address, "it", contexts) as client:
            assert client.contexts == contexts[:2]
            told = client.block_status(0, SIZE)
    assert _marked(told[DIRTY], protocol.STATE_DIRTY) == {16, 48}
    assert 16 in _marked(told[protocol.BASE_ALLOCATION], protocol.STATE_ZERO)


def _marked(runs: list[tuple[int, int]], flag: int) -> set[int]:
    """Grains that a run with ``flag`` touches."""
    found, offset = set(), 0
    for length, flags in runs:
        if flags & flag:
            found |= set(range(offset // GRAIN, -(-(offset + length) // GRAIN)))
        offset += length
    return found


SPOTS = st.lists(st.tuples(st.integers(0, 63), st.integers(1, 4)), max_size=5)


@needs_qemu
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=SPOTS, after=SPOTS, window=st.tuples(st.integers(0, SIZE - 1), st.integers(1, MIB)))
def test_any_disk_is_read_as_it_is(
    before: list[tuple[int, int]], after: list[tuple[int, int]], window: tuple[int, int]
) -> None:
    expected = bytearray(SIZE)
    commands: list[list[str]] = [[], []]
    for number, spots in enumerate((before, after)):
        for place, count in spots:
            start, length = place * 2 * GRAIN, count * GRAIN // 2
            value = 1 + number if count % 2 else 0
            commands[number].append(f"write -P {value} {start} {length}")
            expected[start : start + length] = bytes([value]) * length
    start, length = window[0], min(window[1], SIZE - window[0])
    with TemporaryDirectory() as folder:
        disk = _disk(Path(folder), *commands)
        contexts = [protocol.BASE_ALLOCATION, DIRTY]
        with (
            _served(disk, "-B", "seen") as address,
            NbdClient(address, "it", contexts) as client,
        ):
            assert client.read(start, length) == expected[start : start + length]
            assert client.read(0, SIZE) == expected
            told = client.block_status(0, SIZE)
    written = {grain for place, count in after for grain in _grains(place, count)}
    assert _marked(told[DIRTY], protocol.STATE_DIRTY) == written
    for grain in _marked(told[protocol.BASE_ALLOCATION], protocol.STATE_ZERO):
        whole = expected[grain * GRAIN : (grain + 1) * GRAIN]
        assert not any(whole[: GRAIN // 2]) or not any(whole[GRAIN // 2 :])


def _grains(place: int, count: int) -> range:
    return range(2 * place, 2 * place + -(-count // 2))


@needs_qemu
def test_an_unknown_export_and_nobody_there(tmp_path: Path) -> None:
    disk = _disk(tmp_path, [], [])
    with _served(disk) as address, pytest.raises(NotFound):
        NbdClient(address, "other")
    with pytest.raises(ProviderUnavailable):
        NbdClient(Address(path=str(tmp_path / "none")), "it")


@needs_qemu
def test_tls_over_tcp(tmp_path: Path) -> None:
    _certificates(tmp_path)
    credentials = f"tls-creds-x509,id=tls,endpoint=server,verify-peer=no,dir={tmp_path}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pid = tmp_path / "pid"
    command = ["qemu-nbd", "-r", "-f", "qcow2", "-x", "it", "-t", "--fork", "--pid-file", str(pid)]
    command += ["-b", "127.0.0.1", "-p", str(port), "--object", credentials, "--tls-creds", "tls"]
    _run(*command, str(_disk(tmp_path, ["write -P 7 0 512"], [])))
    address = Address(host="127.0.0.1", port=port)
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca-cert.pem"))
    try:
        with NbdClient(address, "it", [protocol.BASE_ALLOCATION], trust) as client:
            assert client.read(0, 513) == b"\7" * 512 + b"\0"
        with pytest.raises(PermissionDenied):
            NbdClient(address, "it")
        with pytest.raises(ProviderUnavailable, match="CERTIFICATE"):
            NbdClient(address, "it", tls=ssl.create_default_context())
    finally:
        _run("kill", pid.read_text().strip())


def _certificates(folder: Path) -> None:
    """An authority and a server, under the names that QEMU reads."""
    keys = {who: ec.generate_private_key(ec.SECP256R1()) for who in ("ca", "server")}
    names = {who: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who)]) for who in keys}
    now, hour = datetime.now(UTC), timedelta(hours=1)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    for who, key in keys.items():
        made = (
            x509.CertificateBuilder(names["ca"], names[who], key.public_key(), 1 + len(who))
            .not_valid_before(now - hour)
            .not_valid_after(now + hour)
            .add_extension(x509.BasicConstraints(who == "ca", None), critical=True)
            .add_extension(here, critical=False)
            .sign(keys["ca"], SHA256())
        )
        (folder / f"{who}-cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    private = keys["server"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server-key.pem").write_bytes(private)


@needs_qemu
def test_a_connection_is_used_again_and_closed_after_an_error(tmp_path: Path) -> None:
    pool = Connections()
    with _served(_disk(tmp_path, [], [])) as address:
        with pool.lend("it/0", lambda: NbdClient(address, "it")) as first:
            assert first.read(0, 1) == b"\0"
        with pytest.raises(InvalidSpec):
            _read(pool, SIZE)
        with pool.lend("it/0", lambda: NbdClient(address, "it")) as another:
            assert another is not first
        pool.close("it/")


def _read(pool: Connections, offset: int) -> bytes:
    with pool.lend("it/0", _never) as client:
        return client.read(offset, 1)


def _never() -> NbdClient:
    raise AssertionError("there is an idle one")


def _broken(*answers: bytes) -> NbdClient:
    """A client of a server that says so and hangs up."""
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        path = str(Path(folder) / "nbd")
        listening.bind(path)
        listening.listen()

        def serve() -> None:
            wire, _ = listening.accept()
            with wire:
                for answer in answers:
                    wire.sendall(answer)
                    wire.recv(4096)

        server = Thread(target=serve)
        server.start()
        try:
            return NbdClient(Address(path=path), "it")
        finally:
            server.join()


HELLO = protocol.HELLO.pack(protocol.NBD_MAGIC, protocol.OPTION_MAGIC, 3)


def test_servers_that_do_not_keep_to_the_protocol_are_refused() -> None:
    with pytest.raises(Unsupported):
        _broken(b"NBDMAGIC" + struct.pack(">QH", 0x00420281861253, 0))
    with pytest.raises(ProviderUnavailable):
        _broken(HELLO)
    with pytest.raises(ProviderUnavailable):
        _broken(HELLO, protocol.OPTION_REPLY.pack(1, 8, 1, 0))
    with pytest.raises(Unsupported):
        _broken(HELLO, protocol.OPTION_REPLY.pack(protocol.OPTION_REPLY_MAGIC, 8, (1 << 31) | 1, 0))
