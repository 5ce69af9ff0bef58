"""The bytes behind an address that Azure gave for a disk or snapshot: a page blob.

The address is a credential: it goes without our token, only to Azure's own hosts, and is in no
error. These calls are no calls of ARM's, so its limiter does not count them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import md5
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from novacron.errors import Corrupted, InvalidSpec, NotReady, PermissionDenied, ProviderUnavailable
from novacron.models.transfer import Extent
from novacron.providers.azure.auth import ENDPOINT
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.errors import failure

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.rest import HttpResponse

PAGE = 512
MOST_BYTES = 4 * 1024 * 1024
"""Of one Put Page (https://learn.microsoft.com/en-us/rest/api/storageservices/put-page), and of a
read whose checksum is told (https://learn.microsoft.com/en-us/rest/api/storageservices/get-blob)."""
_VERSION = "2020-12-06"
"""2020-10-02 is the first that lists ranges by pages:
https://learn.microsoft.com/en-us/rest/api/storageservices/get-page-ranges"""
_HOSTS = {
    "https://management.azure.com": (".blob.core.windows.net", ".blob.storage.azure.net"),
    "https://management.chinacloudapi.cn": (".blob.core.chinacloudapi.cn",),
    "https://management.usgovcloudapi.net": (".blob.core.usgovcloudapi.net",),
}
"""Of each cloud: https://learn.microsoft.com/en-us/azure/storage/common/storage-private-endpoints,
https://learn.microsoft.com/en-us/azure/azure-government/compare-azure-government-global-azure"""
_BUSY = ("ServerBusy", "TooManyRequests")
_AGAIN = 2


class Blobs(AzureBase):
    def blob_answers(self, url: str) -> bool:
        """Whether the address is still good."""
        try:
            self._send("HEAD", url)
        except NotReady:
            return False
        return True

    def blob_read(self, url: str, offset: int, length: int) -> bytes:
        headers = {**_range(offset, length), "x-ms-range-get-content-md5": "true"}
        answer = self._send("GET", url, headers)
        data = answer.content
        told = answer.headers.get("Content-MD5")
        if len(data) != length or (told is not None and told != _checksum(data)):
            raise Corrupted(f"{length} bytes at {offset} did not arrive as Azure has them.")
        return data

    def blob_write(self, url: str, offset: int, data: bytes) -> None:
        """InvalidSpec, and nothing sent, where the blob could not take it in one write."""
        self.check_pages(offset, len(data))
        headers = {"x-ms-page-write": "update", "Content-MD5": _checksum(data)}
        self._put_page(url, offset, len(data), headers, data)

    def blob_clear(self, url: str, offset: int, length: int) -> None:
        """As ``blob_write`` of zeros, without sending them."""
        self.check_pages(offset, length)
        self._put_page(url, offset, length, {"x-ms-page-write": "clear"}, b"")

    def check_pages(self, offset: int, length: int) -> None:
        """InvalidSpec for what is no write of whole pages."""
        if offset % PAGE or length % PAGE or not 0 < length <= MOST_BYTES:
            raise InvalidSpec(
                f"Azure writes whole pages of {PAGE} bytes, {MOST_BYTES} at most, not {length} at "
                f"{offset}."
            )

    def _put_page(
        self, url: str, offset: int, length: int, headers: dict[str, str], data: bytes
    ) -> None:
        headers |= {**_range(offset, length), "Content-Length": str(len(data))}
        self._send("PUT", f"{url}&comp=page", headers, data)

    def blob_ranges(
        self, url: str, previous: str | None, offset: int, length: int
    ) -> Iterator[Extent]:
        """What differs from the snapshot at ``previous``, or, without one, is not empty."""
        headers = _range(offset, length)
        if previous is not None:
            headers["x-ms-previous-snapshot-url"] = previous
        place, marker = f"{url}&comp=pagelist", ""
        while True:
            more = {"marker": marker} if marker else {}
            answer = self._send("GET", place, headers, params=more)
            # Azure's own, over TLS.
            told = ElementTree.fromstring(answer.content)  # noqa: S314
            yield from sorted(_extents(told), key=lambda one: one.offset)
            marker = told.findtext("NextMarker") or ""
            if not marker:
                return

    def _send(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
        params: dict[str, str] | None = None,
    ) -> HttpResponse:
        from azure.core.exceptions import AzureError
        from azure.core.rest import HttpRequest

        self._check_host(url)
        told = {"x-ms-version": _VERSION, **(headers or {})}
        request = HttpRequest(method, url, headers=told, content=data, params=params)
        try:
            answer: HttpResponse = self._blobs().send_request(request)
        except AzureError as error:
            kind = type(error).__name__
            raise ProviderUnavailable(f"A disk's blob did not answer ({kind}).") from None
        if answer.status_code >= 400:
            raise _refused(answer)
        return answer

    def _blobs(self) -> PipelineClient[Any, Any]:
        def make(_credential: object, told: dict[str, Any]) -> PipelineClient[Any, Any]:
            from azure.core import PipelineClient
            from azure.core.pipeline import policies

            # A kept connection may have been closed at the other end: at once again, no sleep.
            again = policies.RetryPolicy(retry_total=_AGAIN, retry_status=0, retry_backoff_factor=0)
            kept = [policies.UserAgentPolicy("novacron"), again]
            return PipelineClient(**{**told, "policies": kept})

        client: PipelineClient[Any, Any] = self._client("blobs", make)
        return client

    def _check_host(self, url: str) -> None:
        """PermissionDenied for one that is neither the cloud's own nor the endpoint that the
        deployment lets the account name."""
        parts, endpoint = urlsplit(url), self.account.endpoint
        suffixes = _HOSTS.get(endpoint, ())
        ours = (parts.hostname or "").endswith(suffixes) and parts.port is None
        same = endpoint != ENDPOINT and parts.netloc == urlsplit(endpoint).netloc
        if parts.scheme != "https" or not (ours or same):
            raise PermissionDenied(
                f"Azure named {parts.hostname} for a disk: not a host of its own."
            )


def _range(offset: int, length: int) -> dict[str, str]:
    return {"x-ms-range": f"bytes={offset}-{offset + length - 1}"}


def _checksum(data: bytes) -> str:
    return b64encode(md5(data, usedforsecurity=False).digest()).decode()


def _extents(told: ElementTree.Element) -> Iterator[Extent]:
    for item in told:
        if item.tag in ("PageRange", "ClearRange"):
            start, end = (int(item.findtext(name) or "") for name in ("Start", "End"))
            yield Extent(offset=start, length=end - start + 1, zero=item.tag == "ClearRange")


def _refused(answer: HttpResponse) -> Exception:
    """https://learn.microsoft.com/en-us/rest/api/storageservices/blob-service-error-codes"""
    status, code = answer.status_code, answer.headers.get("x-ms-error-code", "")
    if status == 403:
        return NotReady("The address of a disk is no longer good; look again for a new one.")
    if code in _BUSY:
        status, code = 429, "TooManyRequests"
    return failure(code, "a disk's blob refused the call", status=status)
