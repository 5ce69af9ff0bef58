"""What tests and the embedded stack steer: ``/_local/...``, JSON in and out, no token needed.

GET  /_local/state                     clock, switches, faults, operations under way, the key file
POST /_local/clock                     {"advance": seconds}, {"freeze": true|false}
POST /_local/settings                  fields of ``Switches``
POST /_local/faults                    fields of ``Fault`` (below);  DELETE clears all
POST /_local/exchanges                 {"on": true|false}: requests and replies go to a file
POST /_local/pools                     {"audience", "issuer", "jwks", "audiences"}: a workload
                                       identity provider, and what tokens for it must name
PUT  /_local/{kind}/{id}/data?offset=  bytes of a disk, snapshot or image as its guest would write
GET  /_local/{kind}/{id}/data?offset=&length=
PUT  /_local/instances/{id}/console    what serial port 1 has said
PUT  /_local/instances/{id}/metrics    {"type", "points": [[seconds since 1970, value], ...]}

``{id}`` is the numeric id. A fault's ``operation`` is a method ("instances.insert") or "*", its
``code`` the reason of the error, "CONNECTION_RESET", or "SLOW_REPLY" (``retry_after`` seconds);
with ``"async": true`` the operation fails with ``code`` after the request has been accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from werkzeug.wrappers import Response

from ..common.faults import Fault
from .auth import Pool
from .errors import GoogleError
from .monitoring import METRICS
from .options import Switches
from .project import LocalProject
from .store import Body, path_of
from .wire import Request, reply


class Control:
    def __init__(self, project: LocalProject) -> None:
        self._project = project
        self._routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("GET", r"/_local/state", self._state),
            ("POST", r"/_local/clock", self._clock),
            ("POST", r"/_local/settings", self._settings),
            ("POST", r"/_local/faults", self._add_fault),
            ("DELETE", r"/_local/faults", self._clear_faults),
            ("POST", r"/_local/exchanges", self._exchanges),
            ("POST", r"/_local/pools", self._add_pool),
            ("PUT", r"/_local/(?:disks|snapshots|images)/(\d+)/data", self._write),
            ("GET", r"/_local/(?:disks|snapshots|images)/(\d+)/data", self._read),
            ("PUT", r"/_local/instances/(\d+)/console", self._console),
            ("PUT", r"/_local/instances/(\d+)/metrics", self._metrics),
        ]

    def handle(self, request: Request) -> Response:
        for method, pattern, route in self._routes:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                try:
                    return route(request, *match.groups())
                except KeyError as e:
                    return reply({"error": f"no such thing: {e}"}, 404)
                except (ValueError, TypeError, GoogleError) as e:
                    return reply({"error": str(e)}, 400)
        return reply({"error": "no such path"}, 404)

    def _state(self, _request: Request) -> Response:
        project = self._project
        works = project.operations.works.items()
        return reply(
            {
                "project_id": project.project_id,
                "now": project.clock.now(),
                "settings": asdict(project.switches),
                "faults": project.faults.as_list(),
                "async_faults": project.async_faults.as_list(),
                "operations": {path: asdict(work) for path, work in works},
                "service_account_key": project.auth.key_file(),
            }
        )

    def _clock(self, request: Request) -> Response:
        wanted = request.json()
        clock = self._project.clock
        if "freeze" in wanted:
            (clock.freeze if wanted["freeze"] else clock.thaw)()
        clock.advance(float(wanted.get("advance", 0)))
        self._project.operations.finish_due()
        return self._state(request)

    def _settings(self, request: Request) -> Response:
        wanted = request.json()
        if unknown := wanted.keys() - {field.name for field in fields(Switches)}:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        for name, value in wanted.items():
            setattr(self._project.switches, name, value)
        return self._state(request)

    def _add_fault(self, request: Request) -> Response:
        wanted = request.json()
        late = wanted.pop("async", False)
        (self._project.async_faults if late else self._project.faults).add(Fault(**wanted))
        return self._state(request)

    def _clear_faults(self, request: Request) -> Response:
        self._project.faults.clear()
        self._project.async_faults.clear()
        return self._state(request)

    def _exchanges(self, request: Request) -> Response:
        self._project.recorder.on = bool(request.json()["on"])
        return reply({"file": str(self._project.recorder.file)})

    def _add_pool(self, request: Request) -> Response:
        wanted = request.json()
        pool = Pool(wanted["issuer"], wanted["jwks"], wanted.get("audiences", []))
        self._project.auth.pools[wanted["audience"]] = pool
        return reply({"audience": wanted["audience"]})

    def _write(self, request: Request, number: str) -> Response:
        offset = int(dict(request.query).get("offset", 0))
        self._check(number, offset, len(request.body))
        self._project.blocks.write(number, offset, request.body)
        return reply({"written": len(request.body)})

    def _read(self, request: Request, number: str) -> Response:
        query = dict(request.query)
        offset, length = int(query.get("offset", 0)), int(query["length"])
        self._check(number, offset, length)
        self._project.guests.flush(self._by_id(number))
        data = self._project.blocks.read(number, offset, length)
        return Response(data, content_type="application/octet-stream")

    def _check(self, number: str, offset: int, length: int) -> None:
        body = self._by_id(number)
        size = int(body.get("sizeGb") or body["diskSizeGb"]) * 1024**3
        if not 0 <= offset <= offset + length <= size:
            raise ValueError("beyond the end")

    def _console(self, request: Request, number: str) -> Response:
        path = path_of(self._by_id(number)["selfLink"])
        self._project.console[path] = request.body.decode(errors="replace")
        return reply({"written": len(request.body)})

    def _metrics(self, request: Request, number: str) -> Response:
        wanted: dict[str, Any] = request.json()
        self._by_id(number)
        if wanted["type"] not in METRICS:
            raise KeyError(wanted["type"])
        points = sorted([float(at), float(value)] for at, value in wanted["points"])
        self._project.series[f"{number} {wanted['type']}"] = points
        return reply({"points": len(points)})

    def _by_id(self, number: str) -> Body:
        """Raises KeyError."""
        for body in self._project.store.all.values():
            if body["id"] == number:
                return body
        raise KeyError(number)
