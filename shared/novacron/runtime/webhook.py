"""POST to a URL of a tenant's choice, which must lead to nothing of ours."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import urllib3

from novacron.costs.budgets.notices import public
from novacron.errors import InvalidSpec, ProviderUnavailable

SECONDS = 5.0


def resolve(host: str, port: int) -> list[str]:
    """Raises ProviderUnavailable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProviderUnavailable(f"{host} has no address: {error}") from error
    return [str(one[4][0]) for one in found]


class Webhook:
    """The address that is connected to is the one that was checked, so that no second answer of
    the DNS can be another; the certificate is checked against the name. No redirect is followed.
    """

    def __init__(
        self,
        addresses: Callable[[str, int], list[str]] = resolve,
        allowed: Callable[[str], bool] = public,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._addresses = addresses
        self._allowed = allowed
        self._trust = trust or ssl.create_default_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises InvalidSpec (not https, or not a public address), ProviderUnavailable."""
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
        if parts.scheme != "https" or not host:
            raise InvalidSpec("A webhook is an https URL.", field="url")
        found = self._addresses(host, port)
        if not found or not all(map(self._allowed, found)):
            raise InvalidSpec(f"{host} is not at a public address.", field="url")
        pool = urllib3.HTTPSConnectionPool(
            found[0],
            port,
            timeout=urllib3.Timeout(SECONDS),
            ssl_context=self._trust,
            assert_hostname=host,
            server_hostname=host,
        )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        told = {"Content-Type": "application/json", **headers, "Host": parts.netloc}
        try:
            reply = pool.urlopen(
                "POST",
                target,
                body=body,
                headers=told,
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise ProviderUnavailable(f"{host} did not take it: {error}") from error
        finally:
            pool.close()
        reply.close()
        if not 200 <= reply.status < 300:
            raise ProviderUnavailable(f"{host} answered {reply.status}.")
