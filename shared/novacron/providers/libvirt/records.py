"""Disks in a host's pool. libvirt's volumes hold no metadata, so each has a document beside it.

The document is written first and removed last: a crash leaves a document without a disk, which
the same operation finishes and a delete removes; never a disk that nobody knows.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import libvirt
from pydantic import ValidationError

from novacron.errors import NotReady
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.ownership import Owned

GIB = 1024**3
DISK = ".qcow2"
SEED = ".iso"
"""Beside the root disk of a VM that has user data; removed with that disk."""
BASE = ".raw"
"""Under an imported disk: what was sent."""
DOCUMENT = ".json"
LOG = ".log"
CHUNK = 65536
_AT_HOLE = -3
LOCKED = 'Failed to get shared "write" lock'
"""In QEMU's words: whoever has the image open writes to it."""


def disk(host: Host, resource_id: str) -> Any | None:
    """The libvirt volume, None when there is none."""
    return _volume(host, resource_id + DISK)


def names(host: Host, prefix: str) -> list[str]:
    """Ids of all that have a document and start with ``prefix``-."""
    listed = (one.name() for one in host.pool.listAllVolumes())
    ends = [one.removesuffix(DOCUMENT) for one in listed if one.endswith(DOCUMENT)]
    return sorted(one for one in ends if one.startswith(f"{prefix}-"))


def read(host: Host, resource_id: str) -> Owned | None:
    """The document; None when there is none, or one that a crash left unfinished."""
    volume = _volume(host, resource_id + DOCUMENT)
    if volume is None:
        return None
    try:
        return Owned.model_validate_json(download(host, volume, 0, volume.info()[1]))
    except ValidationError:
        return None


def write(host: Host, resource_id: str, record: Owned) -> None:
    """Write the document, in the place of an unfinished one."""
    body = record.model_dump_json().encode()
    old = _volume(host, resource_id + DOCUMENT)
    if old is not None:
        old.delete()
    _upload(host, resource_id + DOCUMENT, body)


def write_seed(host: Host, resource_id: str, image: bytes) -> str:
    """Keep the seed of the VM whose root disk is ``resource_id``; returns its path on the host."""
    old = _volume(host, resource_id + SEED)
    if old is not None:
        old.delete()
    return str(_upload(host, resource_id + SEED, image).path())


def make_disk(
    host: Host, resource_id: str, size: int, backing: Any | None = None, form: str = "qcow2"
) -> Any:
    """An empty qcow2 of ``size`` bytes, or one on top of another volume of format ``form``."""
    return host.pool.createXML(_volume_xml(resource_id + DISK, size, "qcow2", backing, form))


def base(host: Host, resource_id: str) -> Any | None:
    """The raw volume of an import."""
    return _volume(host, resource_id + BASE)


def make_base(host: Host, resource_id: str, size: int) -> Any:
    """A raw volume of zeros that takes no room."""
    return host.pool.createXML(_volume_xml(resource_id + BASE, size, "raw", allocation=0))


def copy_disk(host: Host, resource_id: str, source: Any) -> Any:
    """A whole copy, independent of its source. Blocks while the host copies. Raises NotReady: QEMU
    has not let go of the source yet, though its job has ended."""
    wanted = _volume_xml(resource_id + DISK, source.info()[1], "qcow2")
    try:
        return host.pool.createXMLFrom(wanted, source)
    except libvirt.libvirtError as error:
        if LOCKED in error.get_error_message():
            raise NotReady(f"{source.name()} is still in use.") from error
        raise


def remove(host: Host, resource_id: str) -> None:
    """The disk, its seed and base, and its document last; what is gone is gone."""
    for end in (DISK, SEED, BASE, DOCUMENT):
        volume = _volume(host, resource_id + end)
        if volume is not None:
            volume.delete()


def log(host: Host, vm_id: str) -> Any | None:
    """The file of a VM's serial console."""
    return _volume(host, vm_id + LOG)


def make_log(host: Host, vm_id: str) -> str:
    """An empty file for a serial console; returns its path on the host."""
    volume = log(host, vm_id)
    if volume is None:
        volume = host.pool.createXML(_volume_xml(vm_id + LOG, 0, "raw"))
    return str(volume.path())


def remove_log(host: Host, vm_id: str) -> None:
    volume = log(host, vm_id)
    if volume is not None:
        volume.delete()


def download(host: Host, volume: Any, offset: int, length: int) -> bytes:
    """Of holes the host tells, and does not send them
    (https://libvirt.org/html/libvirt-libvirt-stream.html#virStreamRecvFlags)."""
    stream = host.connection.newStream()
    volume.download(stream, offset, length, libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
    parts = []
    while part := stream.recvFlags(CHUNK, libvirt.VIR_STREAM_RECV_STOP_AT_HOLE):
        parts.append(bytes(stream.recvHole()) if part == _AT_HOLE else part)
    stream.finish()
    return b"".join(parts)


def _upload(host: Host, name: str, body: bytes) -> Any:
    volume = host.pool.createXML(_volume_xml(name, len(body), "raw"))
    upload(host, volume, 0, body)
    return volume


def upload(host: Host, volume: Any, offset: int, body: bytes) -> None:
    """Write ``body`` into the volume. Another upload to it must not be under way."""
    stream = host.connection.newStream()
    volume.upload(stream, offset, len(body))
    sent = 0
    while sent < len(body):  # one message holds less than a large seed
        sent += stream.send(body[sent : sent + CHUNK])
    stream.finish()


def file(host: Host, name: str) -> Any | None:
    """Any volume of the pool by its name."""
    return _volume(host, name)


def _volume(host: Host, name: str) -> Any | None:
    try:
        return host.pool.storageVolLookupByName(name)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL:
            return None
        raise


def _volume_xml(
    name: str,
    size: int,
    form: str,
    backing: Any | None = None,
    backing_form: str = "qcow2",
    allocation: int | None = None,
) -> str:
    root = ET.Element("volume")
    ET.SubElement(root, "name").text = name
    ET.SubElement(root, "capacity", unit="bytes").text = str(size)
    if form == "raw":
        held = size if allocation is None else allocation
        ET.SubElement(root, "allocation", unit="bytes").text = str(held)
    target = ET.SubElement(root, "target")
    ET.SubElement(target, "format", type=form)
    if form == "qcow2":
        ET.SubElement(target, "compat").text = "1.1"
    if backing is not None:
        store = ET.SubElement(root, "backingStore")
        ET.SubElement(store, "path").text = backing.path()
        ET.SubElement(store, "format", type=backing_form)
    return ET.tostring(root, encoding="unicode")
