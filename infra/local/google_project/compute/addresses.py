"""Static external addresses of a region: https://cloud.google.com/compute/docs/reference/rest/v1/addresses

Nothing of this project takes one by itself: who plays a user of it sets ``status`` and ``users``.
"""

from __future__ import annotations

from ..errors import in_use, invalid
from ..project import LocalProject
from ..routes import ROUTES, route
from ..store import Body
from ..wire import Call
from .generic import deleting, new_body, offer
from .interfaces import free_external
from .kinds import ADDRESSES
from .quotas import check_quota

offer(ADDRESSES, aggregate=True)


@route("addresses.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, ADDRESSES)
    asked = call.body
    if asked.get("addressType", "EXTERNAL") != "EXTERNAL":
        raise invalid(
            "resource.addressType", asked["addressType"], "Only EXTERNAL is offered here."
        )
    if "address" in asked:
        raise invalid("resource.address", asked["address"], "It is not an address of the project.")
    failed = check_quota(project, call.params["region"], {"STATIC_ADDRESSES": 1})
    project.store.items[path] = body | {
        "address": next(free_external(project)),
        "addressType": "EXTERNAL",
        "networkTier": asked.get("networkTier", "PREMIUM"),
        "status": "RESERVING",
    }
    work = {"effect": "set", "arguments": {"status": "RESERVED"}, "undo": "remove"}
    return project.operations.start(call, "insert", path, failure=failed, **work)


def _check_unused(_project: LocalProject, path: str, body: Body) -> None:
    """https://cloud.google.com/compute/docs/ip-addresses/reserve-static-external-ip-address#delete_an_address"""
    if users := body.get("users"):
        raise in_use("address", path, users[0])


ROUTES["addresses.delete"] = deleting(ADDRESSES, _check_unused, None)
