"""What is behind a SAS URL: the part of the Blob service that managed disks offer.

https://learn.microsoft.com/en-us/rest/api/storageservices/get-blob
https://learn.microsoft.com/en-us/rest/api/storageservices/put-page
https://learn.microsoft.com/en-us/rest/api/storageservices/get-page-ranges
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import md5
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..wire import Answer, Call
from . import ranges
from .content import PAGE

if TYPE_CHECKING:
    from ..account import LocalAccount

_XML = '<?xml version="1.0" encoding="utf-8"?>'
_MOST = 4 * 1024 * 1024
_LISTED = 10000


class _Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def operation(call: Call) -> str:
    """What faults know it by: Blob_Read, Blob_PutPage or Blob_PageList."""
    if call.method == "PUT":
        return "Blob_PutPage"
    return "Blob_PageList" if call.query.get("comp") == "pagelist" else "Blob_Read"


def answer(account: LocalAccount, call: Call) -> Answer:
    """Errors as "
    "https://learn.microsoft.com/en-us/rest/api/storageservices/blob-service-error-codes"""
    try:
        _fail(call)
        with account.lock:
            grant = _grant(account, call.path)
            if grant["kind"] != "bytes":
                return _text(account, grant)
            key = _content(account, grant)
        return _serve(account, call, key, grant)
    except _Refused as e:
        body = f"{_XML}<Error><Code>{e.code}</Code><Message>{e.code}</Message></Error>"
        headers = {"x-ms-error-code": e.code, "Content-Type": "application/xml"}
        return Answer(e.status, b"" if call.method == "HEAD" else body.encode(), headers)


def _fail(call: Call) -> None:
    if call.fault and call.fault.kind == "error":
        raise _Refused(call.fault.http_status, call.fault.code)


def _content(account: LocalAccount, grant: dict[str, Any]) -> str:
    resource = account.store.get(grant["resource"])
    if resource is None:
        raise _Refused(404, "BlobNotFound")
    return str(resource.private["content"])


def _grant(account: LocalAccount, path: str) -> dict[str, Any]:
    token = path.split("/")[2]
    grant = account.grants.get(token)
    if grant is None or grant["expires"] <= account.clock.now():
        raise _Refused(403, "AuthenticationFailed")
    return grant


def _text(account: LocalAccount, grant: dict[str, Any]) -> Answer:
    text = account.console.get(grant["machine"].lower(), "") if grant["kind"] == "console" else ""
    return Answer(200, text.encode(), {"Content-Type": "text/plain"})


def _serve(account: LocalAccount, call: Call, key: str, grant: dict[str, Any]) -> Answer:
    part = call.query.get("comp")
    if call.method == "PUT" and part == "page":
        return _put_page(account, call, key, grant)
    if call.method == "GET" and part == "pagelist":
        return _page_list(account, call, key)
    if call.method in ("GET", "HEAD") and part is None:
        return _read(account, call, key)
    raise _Refused(405, "UnsupportedHttpVerb")


def _range(call: Call, size: int, *, needed: bool = False) -> tuple[int, int]:
    """(first byte, byte after the last)."""
    told = call.headers.get("x-ms-range") or call.headers.get("range")
    if told is None and not needed:
        return 0, size
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", told or "")
    if not match:
        raise _Refused(400, "InvalidHeaderValue")
    start, end = int(match[1]), int(match[2]) + 1 if match[2] else size
    if start >= size or start >= end:
        raise _Refused(416, "InvalidRange")
    return start, min(end, size) if not needed else end


def _read(account: LocalAccount, call: Call, key: str) -> Answer:
    size = account.contents.size(key)
    headers = {"Accept-Ranges": "bytes", "x-ms-blob-type": "PageBlob", "ETag": '"0x8D"'}
    headers["Content-Type"] = "application/octet-stream"
    if call.method == "HEAD":
        return Answer(200, b"", {**headers, "Content-Length": str(size)})
    start, end = _range(call, size)
    data = account.contents.read(key, start, end - start)
    partial = (start, end) != (0, size) or "range" in call.headers or "x-ms-range" in call.headers
    if call.headers.get("x-ms-range-get-content-md5") == "true":
        if not partial or end - start > _MOST:
            raise _Refused(400, "InvalidHeaderValue")
        headers["Content-MD5"] = _checksum(data)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Answer(206 if partial else 200, data, headers)


def _put_page(account: LocalAccount, call: Call, key: str, grant: dict[str, Any]) -> Answer:
    if grant["access"] != "Write":
        raise _Refused(403, "AuthorizationPermissionMismatch")
    start, end = _range(call, account.contents.size(key), needed=True)
    if start % PAGE or end % PAGE:
        raise _Refused(416, "InvalidPageRange")
    if end > account.contents.size(key):
        raise _Refused(416, "InvalidPageRange")
    mode = call.headers.get("x-ms-page-write", "").lower()
    if mode == "clear":
        if call.body:
            raise _Refused(400, "InvalidHeaderValue")
        data = bytes(end - start)
    elif mode == "update":
        if end - start > _MOST:
            raise _Refused(413, "RequestBodyTooLarge")
        if len(call.body) != end - start:
            raise _Refused(400, "InvalidHeaderValue")
        if call.headers.get("content-md5", _checksum(call.body)) != _checksum(call.body):
            raise _Refused(400, "Md5Mismatch")
        data = call.body
    else:
        raise _Refused(400, "MissingRequiredHeader")
    account.contents.write(key, start, data)
    return Answer(201, b"", {"ETag": '"0x8D"', "x-ms-blob-sequence-number": "0"})


def _checksum(data: bytes) -> str:
    return b64encode(md5(data, usedforsecurity=False).digest()).decode()


def _page_list(account: LocalAccount, call: Call, key: str) -> Answer:
    """With x-ms-previous-snapshot-url: what changed since that snapshot of the same disk. The
    versions from which on it and pages are known are in the documentation."""
    version = call.headers.get("x-ms-version", "2018-03-28")
    newer = {"x-ms-previous-snapshot-url": "2019-07-07", "marker": "2020-10-02"}
    newer["maxresults"] = newer["marker"]
    if any(
        version < since for name, since in newer.items() if name in {*call.headers, *call.query}
    ):
        raise _Refused(400, "InvalidHeaderValue")
    size = account.contents.size(key)
    start, end = _range(call, size)
    old = None
    if told := call.headers.get("x-ms-previous-snapshot-url"):
        old = _previous(account, call, told)
    found = ranges.changed(account.contents, key, old, int(call.query.get("marker") or start), end)
    most = min(int(call.query.get("maxresults", _LISTED)), _LISTED)
    shown, rest = found[:most], found[most:]
    items = "".join(
        f"<{kind}><Start>{first}</Start><End>{after - 1}</End></{kind}>"
        for kind, first, after in shown
    )
    marker = f"<NextMarker>{rest[0][1]}</NextMarker>" if rest else "<NextMarker/>"
    body = f"{_XML}<PageList>{items}{marker}</PageList>"
    headers = {"Content-Type": "application/xml", "x-ms-blob-content-length": str(size)}
    return Answer(200, body.encode(), headers)


def _previous(account: LocalAccount, call: Call, url: str) -> str:
    """Both snapshots must be incremental and of one disk:
    https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots
    """
    with account.lock:
        new = account.store.get(_grant(account, call.path)["resource"])
        old = account.store.get(_grant(account, urlsplit(url).path).get("resource", ""))
        if new is None or old is None:
            raise _Refused(404, "BlobNotFound")
        families = [one.properties.get("incrementalSnapshotFamilyId") for one in (new, old)]
        if families[0] is None or families[0] != families[1]:
            raise _Refused(400, "InvalidQueryParameterValue")
        if new.properties["timeCreated"] <= old.properties["timeCreated"]:
            raise _Refused(409, "PreviousSnapshotCannotBeNewer")
        return str(old.private["content"])
