"""Object storage by signed URLs: an old URL is asked for anew, trouble ends, nobody is followed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import cast

import httpx
import pytest

from novacron.agent.again import TRIES
from novacron.agent.client import Client
from novacron.agent.objects import SignedObjects
from novacron.errors import NotFound, ProviderUnavailable, Unsupported
from novacron.migration.messages import SignedUrls, Way

DATA = bytes(range(100))
Answer = Callable[[httpx.Request], httpx.Response]


class Signer:
    """The API: signs with a number that grows."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def urls(self, way: Way, paths: list[str]) -> SignedUrls:
        self.asked.append(paths)
        signed = {one: f"https://s3.test/{one}?signature={len(self.asked)}" for one in paths}
        return SignedUrls(urls=signed, headers={"x-kind": way.value}, seconds=900)


class Site:
    def __init__(self, answer: Answer) -> None:
        self.signer, self.requests, self.waits = Signer(), list[httpx.Request](), list[float]()
        self.clock = 0.0

        def told(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answer(request)

        self.objects = SignedObjects(
            cast("Client", self.signer),
            httpx.MockTransport(told),
            self.waits.append,
            lambda: self.clock,
        )


def _there(request: httpx.Request) -> httpx.Response:
    if request.method == "PUT":
        return httpx.Response(200)
    if "Range" not in request.headers:
        return httpx.Response(200, content=DATA)
    first, last = request.headers["Range"].removeprefix("bytes=").split("-")
    return httpx.Response(206, content=DATA[int(first) : int(last) + 1])


def test_bytes_go_and_come_and_a_url_is_used_again() -> None:
    site = Site(_there)
    site.objects.put("p", DATA)
    assert site.requests[0].content == DATA
    assert site.requests[0].headers["x-kind"] == "put"
    assert site.objects.get("p") == DATA
    assert site.objects.get_range("p", 10, 5) == DATA[10:15]
    assert site.signer.asked == [["p"], ["p"]]


def test_a_server_that_knows_no_ranges_is_no_harm() -> None:
    site = Site(lambda _: httpx.Response(200, content=DATA))
    assert site.objects.get_range("p", 10, 5) == DATA[10:15]


def test_a_url_that_is_about_to_end_is_asked_for_anew() -> None:
    site = Site(_there)
    site.objects.get("p")
    site.clock = 880.0
    site.objects.get("p")
    assert len(site.signer.asked) == 2


@pytest.mark.parametrize("status", [400, 403])
def test_a_url_that_storage_says_has_expired_is_asked_for_anew(status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        old = request.url.params["signature"] == "1"
        return httpx.Response(status, text="Request has expired") if old else _there(request)

    site = Site(answer)
    assert site.objects.get("p") == DATA
    assert len(site.signer.asked) == 2


@pytest.mark.parametrize("status", [403, 500, 503])
def test_trouble_is_tried_a_few_times_with_pauses(status: int) -> None:
    site = Site(lambda _: httpx.Response(status))
    with pytest.raises(ProviderUnavailable) as caught:
        site.objects.put("p", DATA)
    assert len(site.requests) == TRIES
    assert len(site.waits) == TRIES - 1
    assert "signature" not in str(caught.value)


def test_a_connection_that_breaks_is_made_again() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if len(site.requests) < 3:
            raise httpx.ReadError("cut", request=request)
        return _there(request)

    site = Site(answer)
    assert site.objects.get("p") == DATA
    assert len(site.signer.asked) == 1


def test_no_redirect_is_followed() -> None:
    site = Site(lambda _: httpx.Response(307, headers={"Location": "https://evil.test/p"}))
    with pytest.raises(ProviderUnavailable, match="307"):
        site.objects.put("p", DATA)
    assert {request.url.host for request in site.requests} == {"s3.test"}


def test_what_is_not_there_is_not_found_at_once() -> None:
    site = Site(lambda _: httpx.Response(404))
    with pytest.raises(NotFound):
        site.objects.get("p")
    assert len(site.requests) == 1


def test_threads_that_want_urls_at_once_ask_together(monkeypatch: pytest.MonkeyPatch) -> None:
    site, everybody = Site(_there), Barrier(8)
    urls = site.objects._urls[Way.GET]
    real = urls._asking

    class Gate:
        def __enter__(self) -> None:
            everybody.wait(30)
            real.acquire()

        def __exit__(self, *_: object) -> None:
            real.release()

    monkeypatch.setattr(urls, "_asking", Gate())
    paths = [f"p{n}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(site.objects.get, paths)) == [DATA] * 8
    assert [sorted(one) for one in site.signer.asked] == [paths]


def test_an_agent_neither_lists_nor_deletes() -> None:
    site = Site(_there)
    with pytest.raises(Unsupported):
        site.objects.list("p")
    with pytest.raises(Unsupported):
        site.objects.delete("p")
