"""What tests and the embedded stack steer: ``/_local/...``, JSON in and out.

GET  /_local/state                      clock, switches, faults, transitions under way
POST /_local/clock                      {"advance": seconds}, {"freeze": true|false}
POST /_local/settings                   fields of ``Switches``
POST /_local/faults                     fields of ``Fault``;  DELETE clears all
PUT  /_local/volumes/{id}/data?offset=  bytes, written as the guest would
GET  /_local/volumes/{id}/data?offset=&length=
PUT  /_local/instances/{id}/console     the bytes of the serial console
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from werkzeug.wrappers import Response

from ..common.faults import Fault
from .account import LocalAccount
from .ec2.transitions import finish_due
from .guest import read_volume, volume_size, write_volume
from .options import Switches
from .wire import Call, json_response


class Control:
    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self._routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("GET", r"/_local/state", self._state),
            ("POST", r"/_local/clock", self._clock),
            ("POST", r"/_local/settings", self._settings),
            ("POST", r"/_local/faults", self._add_fault),
            ("DELETE", r"/_local/faults", self._clear_faults),
            ("PUT", r"/_local/volumes/([^/]+)/data", self._write),
            ("GET", r"/_local/volumes/([^/]+)/data", self._read),
            ("PUT", r"/_local/instances/([^/]+)/console", self._console),
        ]

    def handle(self, call: Call) -> Response:
        for method, pattern, route in self._routes:
            match = re.fullmatch(pattern, call.path)
            if match and method == call.method:
                try:
                    return route(call, *match.groups())
                except KeyError as e:
                    return json_response({"error": f"no such thing: {e}"}, 404)
                except (ValueError, TypeError) as e:
                    return json_response({"error": str(e)}, 400)
        return json_response({"error": "no such path"}, 404)

    def _state(self, _call: Call) -> Response:
        moving = self._account.lifecycle.pending.items()
        return json_response(
            {
                "account_id": self._account.account_id,
                "now": self._account.clock.now(),
                "settings": asdict(self._account.switches),
                "faults": self._account.faults.as_list(),
                "transitions": {key.resource_id: asdict(value) for key, value in moving},
            }
        )

    def _clock(self, call: Call) -> Response:
        wanted: dict[str, Any] = call.json()
        if "freeze" in wanted:
            (self._account.clock.freeze if wanted["freeze"] else self._account.clock.thaw)()
        self._account.clock.advance(float(wanted.get("advance", 0)))
        with self._account.lock:
            finish_due(self._account)
        return self._state(call)

    def _settings(self, call: Call) -> Response:
        known = {field.name for field in fields(Switches)}
        wanted = call.json()
        if unknown := wanted.keys() - known:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        for name, value in wanted.items():
            setattr(self._account.switches, name, value)
        return self._state(call)

    def _add_fault(self, call: Call) -> Response:
        wanted: dict[str, Any] = call.json()
        self._account.faults.add(Fault(**wanted))
        return self._state(call)

    def _clear_faults(self, call: Call) -> Response:
        self._account.faults.clear()
        return self._state(call)

    def _write(self, call: Call, volume_id: str) -> Response:
        offset = int(call.query.get("offset", 0))
        write_volume(self._account, volume_id, offset, call.body)
        return json_response({"written": len(call.body)})

    def _read(self, call: Call, volume_id: str) -> Response:
        offset = int(call.query.get("offset", 0))
        rest = volume_size(self._account, volume_id) - offset
        length = int(call.query.get("length", rest))
        data = read_volume(self._account, volume_id, offset, length)
        return Response(data, content_type="application/octet-stream")

    def _console(self, call: Call, instance_id: str) -> Response:
        self._account.console[instance_id] = call.body
        return json_response({"written": len(call.body)})
