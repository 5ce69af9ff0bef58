"""What tests and the embedded stack steer: ``/_local/...``, JSON in and out, no token.

GET  /_local/state                      clock, switches, faults, transitions under way
POST /_local/clock                      {"advance": seconds}, {"freeze": true|false}
POST /_local/settings                   fields of ``Switches``
POST /_local/faults                     fields of ``ArmFault``;  DELETE clears all; operations are
                                        named as by Microsoft, or Blob_Read, _PutPage, _PageList
PUT  /_local/data?id=&offset=           bytes, written to the disk ``id`` as the guest would
GET  /_local/data?id=&offset=&length=   bytes of a disk or snapshot
PUT  /_local/console?id=                the text of the VM's serial console
POST /_local/metrics?id=                {"Percentage CPU": 3.5, ...} of the VM
PUT  /_local/charges                    {"charges": [...]}: what Cost Management tells
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from . import costs
from .disks.making import DISK
from .insights import METRICS
from .operations import finish_due
from .options import ArmFault, Switches
from .store import Resource
from .wire import Answer, ArmError, Call

if TYPE_CHECKING:
    from .account import LocalAccount


class Control:
    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self._routes = {
            ("GET", "state"): self._state,
            ("POST", "clock"): self._clock,
            ("POST", "settings"): self._settings,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("PUT", "data"): self._write,
            ("GET", "data"): self._read,
            ("PUT", "console"): self._console,
            ("POST", "metrics"): self._metrics,
            ("PUT", "charges"): self._charges,
        }

    def handle(self, call: Call) -> Answer:
        route = self._routes.get((call.method, call.path.removeprefix("/_local/")))
        if route is None:
            return Answer(404, {"error": "no such path"})
        try:
            return route(call)
        except KeyError as e:
            return Answer(404, {"error": f"no such thing: {e}"})
        except (ValueError, TypeError, ArmError) as e:
            return Answer(400, {"error": str(e)})

    def _state(self, _call: Call) -> Answer:
        moving = self._account.lifecycle.pending.items()
        return Answer(
            200,
            {
                "subscription_id": self._account.subscription_id,
                "now": self._account.clock.now(),
                "settings": asdict(self._account.switches),
                "faults": self._account.faults.as_list(),
                "transitions": {key.resource_id: asdict(value) for key, value in moving},
            },
        )

    def _clock(self, call: Call) -> Answer:
        wanted = call.json()
        if "freeze" in wanted:
            (self._account.clock.freeze if wanted["freeze"] else self._account.clock.thaw)()
        self._account.clock.advance(float(wanted.get("advance", 0)))
        finish_due(self._account)
        return self._state(call)

    def _settings(self, call: Call) -> Answer:
        wanted = call.json()
        if unknown := wanted.keys() - {field.name for field in fields(Switches)}:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        for name, value in wanted.items():
            setattr(self._account.switches, name, value)
        return self._state(call)

    def _add_fault(self, call: Call) -> Answer:
        self._account.faults.add(ArmFault(**call.json()))
        return self._state(call)

    def _clear_faults(self, call: Call) -> Answer:
        self._account.faults.clear()
        return self._state(call)

    def _named(self, call: Call) -> Resource:
        resource = self._account.store.get(call.query["id"])
        if resource is None:
            raise KeyError(call.query["id"])
        return resource

    def _write(self, call: Call) -> Answer:
        disk = self._named(call)
        if disk.type != DISK:
            raise ValueError("guests write to disks alone")
        offset = int(call.query.get("offset", 0))
        if offset + len(call.body) > disk.properties["diskSizeBytes"]:
            raise ValueError("beyond the end of the disk")
        self._account.contents.write(disk.private["content"], offset, call.body)
        return Answer(200, {"written": len(call.body)})

    def _read(self, call: Call) -> Answer:
        resource = self._named(call)
        offset = int(call.query.get("offset", 0))
        rest = resource.properties["diskSizeBytes"] - offset
        length = min(int(call.query.get("length", rest)), rest)
        data = self._account.contents.read(resource.private["content"], offset, length)
        return Answer(200, data, {"Content-Type": "application/octet-stream"})

    def _console(self, call: Call) -> Answer:
        self._account.console[self._named(call).id.lower()] = call.body.decode()
        return Answer(200, {"written": len(call.body)})

    def _metrics(self, call: Call) -> Answer:
        wanted = call.json()
        if unknown := wanted.keys() - METRICS.keys():
            raise ValueError(f"unknown metrics: {sorted(unknown)}")
        self._account.metrics.setdefault(self._named(call).id.lower(), {}).update(wanted)
        return Answer(200, wanted)

    def _charges(self, call: Call) -> Answer:
        """What Cost Management is to tell: see ``costs.CHARGE``."""
        self._account.charges = costs.check(call.json()["charges"])
        return Answer(200, {"charges": len(self._account.charges)})
