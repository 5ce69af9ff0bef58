"""Public DNS zones with their record sets: https://learn.microsoft.com/en-us/rest/api/dns

A zone is nowhere ("global"), and its changes are done when they are answered. Record sets stand
below their type: .../dnsZones/example.org/A/www, the zone's own name as "@".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..families import preconditions
from ..routes import Route
from ..store import Resource, new_etag
from ..wire import Answer, ArmError, Call, Json, not_found

if TYPE_CHECKING:
    from ..account import LocalAccount

ZONE = "Microsoft.Network/dnszones"
_ZONE = "/subscriptions/{sub}/resourceGroups/{group}/providers/Microsoft.Network/dnsZones/{zone}"
_SET = f"{_ZONE}/{{kind}}/{{name}}"
_LISTS = {"A": ("ARecords", "ipv4Address"), "AAAA": ("AAAARecords", "ipv6Address")}
_LABEL = re.compile(r"(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)", re.IGNORECASE)


def put_zone(account: LocalAccount, call: Call) -> Answer:
    place = _zone_id(account, call)
    old = account.store.get(place)
    preconditions(call, old)
    if call.json().get("location", "").lower() != "global":
        message = "The provided location is not available for resource type 'dnsZones'."
        raise ArmError(400, "LocationNotAvailableForResourceType", message)
    if "." not in call.names["zone"]:
        raise ArmError(400, "BadRequest", f"The zone '{call.names['zone']}' has one label only.")
    zone = old or Resource(place, ZONE, "global")
    zone.tags = dict(call.json().get("tags") or {})
    account.store.put(zone)
    return Answer(200 if old else 201, _zone_view(account, zone))


def get_zone(account: LocalAccount, call: Call) -> Answer:
    return Answer(200, _zone_view(account, _zone(account, call)))


def put_set(account: LocalAccount, call: Call) -> Answer:
    place = _set_id(account, call)
    old = account.store.get(place)
    preconditions(call, old)
    asked = call.json().get("properties") or {}
    listed, address = _LISTS[call.names["kind"].upper()]
    records, ttl = asked.get(listed) or [], asked.get("TTL")
    if not isinstance(ttl, int) or not 1 <= ttl <= 2**31 - 1:
        raise ArmError(400, "BadRequest", f"The TTL '{ttl}' is not valid.")
    if not records or any(set(one) != {address} for one in records):
        raise ArmError(400, "BadRequest", f"The record set has no {listed} or has others.")
    found = old or Resource(place, f"{ZONE}/{call.names['kind'].upper()}", "global")
    found.properties = {"TTL": ttl, listed: records}
    found.etag = new_etag()
    account.store.put(found)
    return Answer(200 if old else 201, _set_view(found, call.names["zone"]))


def get_set(account: LocalAccount, call: Call) -> Answer:
    found = account.store.get(_set_id(account, call))
    if found is None:
        message = f"The resource record '{call.names['name']}' does not exist."
        raise ArmError(404, "NotFound", message)
    return Answer(200, _set_view(found, call.names["zone"]))


def delete_set(account: LocalAccount, call: Call) -> Answer:
    place = _set_id(account, call)
    old = account.store.get(place)
    preconditions(call, old)
    account.store.drop(place)
    return Answer(200 if old else 204)


def _zone_id(account: LocalAccount, call: Call) -> str:
    group = account.store.get(f"{account.root}/resourceGroups/{call.names['group']}")
    if group is None:
        message = f"Resource group '{call.names['group']}' could not be found."
        raise ArmError(404, "ResourceGroupNotFound", message)
    return f"{group.id}/providers/Microsoft.Network/dnszones/{call.names['zone'].lower()}"


def _zone(account: LocalAccount, call: Call) -> Resource:
    place = _zone_id(account, call)
    found = account.store.get(place)
    if found is None:
        raise not_found(place)
    return found


def _set_id(account: LocalAccount, call: Call) -> str:
    zone, kind, name = _zone(account, call), call.names["kind"].upper(), call.names["name"]
    if kind not in _LISTS:
        raise ArmError(400, "BadRequest", f"Record sets of type '{kind}' are not kept here.")
    if name != "@" and not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ArmError(400, "BadRequest", f"The domain name '{name}.{zone.name}' is invalid.")
    return f"{zone.id}/{kind}/{name.lower()}"


def _zone_view(account: LocalAccount, zone: Resource) -> Json:
    sets = account.store.under(zone.id)
    body: Json = {"id": zone.id, "name": zone.name, "type": ZONE, "location": "global"}
    body |= {"etag": zone.etag, "tags": zone.tags}
    return body | {
        "properties": {
            "maxNumberOfRecordSets": 10000,
            "numberOfRecordSets": len(sets) + 2,  # NS and SOA of the zone itself
            "nameServers": [f"ns{n}-01.azure-dns.invalid." for n in (1, 2)],
            "zoneType": "Public",
        }
    }


def _set_view(found: Resource, zone: str) -> Json:
    fqdn = zone if found.name == "@" else f"{found.name}.{zone}"
    properties = {**found.properties, "fqdn": f"{fqdn}.", "provisioningState": "Succeeded"}
    body: Json = {"id": found.id, "name": found.name, "type": found.type, "etag": found.etag}
    return body | {"properties": {**properties, "targetResource": {}}}


ROUTES = [
    Route("PUT", _ZONE, "Zones_CreateOrUpdate", put_zone),
    Route("GET", _ZONE, "Zones_Get", get_zone),
    Route("PUT", _SET, "RecordSets_CreateOrUpdate", put_set),
    Route("GET", _SET, "RecordSets_Get", get_set),
    Route("DELETE", _SET, "RecordSets_Delete", delete_set),
]
