"""Microsoft's own descriptions, as a judge of what went over the wire.

Beside what a schema can say, it holds that an operation under way is announced by a header, that
no secret is answered, and that no property is answered that neither these descriptions nor
``_ADDED`` know: https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/async-api-reference.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

FOLDER = Path(__file__).parents[2] / "specs" / "azure"
# Of the api-versions that the SDKs send: azure-mgmt-compute 39 and azure-mgmt-network 33, models.
_ADDED = {"etag", "diskControllerType", "publicNetworkAccess", "timeCreated", "completionPercent"}
_ADDED |= {"capacityReservation", "capacityReservationGroup"}
_ADDED |= {"defaultOutboundAccess", "zonalPlatformFaultDomainAlignStatus", "deleteOption"}
_ADDED |= {
    "imageDeprecationStatus",
    "imageState",
    "architecture",
    "exactVersion",
    "incrementalSnapshotFamilyId",
}
# Served, and described in no file that is at hand: the subscription's own and the newest.
_UNDESCRIBED: tuple[str, ...] = ("Operations_", "ResourceGroups_", "Resources_", "Subscriptions_")
_UNDESCRIBED += (
    "CapacityReservation",
    "LoadBalancers_",
    "Metrics_",
    "RecordSets_",
    "ResourceSkus_",
    "ReservationOrder_",
    "Reservation_",
    "SavingsPlan_",
    "Usages_List",
    "VirtualMachines_AttachDetachDataDisks",
    "VirtualMachineRunCommands_",
    "Zones_",
)
# Values that enumerations have got since.
_SINCE = {"NetworkApiVersion": ["2022-11-01"], "DiskStorageAccountTypes": ["PremiumV2_LRS"]}
_BASE = "https://specification.invalid/"
_MAPS = ("tags",)
_SECRETS = ("adminPassword", "customData", "client_secret", "access_token")
_HEADERS = ("azure-asyncoperation", "location")


def described(exchange: dict[str, Any]) -> bool:
    return not exchange["operation"].startswith(_UNDESCRIBED)


class Specification:
    def __init__(self) -> None:
        found = {p.name: json.loads(p.read_text()) for p in FOLDER.glob("*.json")}
        self.files = {name: _anchored(name, told) for name, told in found.items()}
        pairs = [
            (f"{_BASE}{name}", DRAFT4.create_resource(told)) for name, told in self.files.items()
        ]
        self._registry: Registry[Any] = Registry().with_resources(pairs)
        self.operations = {
            told["operationId"]: (path, method, told)
            for whole in self.files.values()
            for path, methods in whole["paths"].items()
            for method, told in methods.items()
        }
        self.properties = set(_property_names(list(self.files.values()))) | _ADDED

    def complaints(self, exchange: dict[str, Any]) -> list[str]:
        """What is wrong with one recorded exchange, as sentences; [] when nothing is."""
        if not described(exchange):
            return list(_plain(exchange))
        if exchange["operation"] not in self.operations:
            return [f"{exchange['operation']} is not described"]
        path, method, told = self.operations[exchange["operation"]]
        found = list(_place(exchange, path, method))
        if exchange["status"] >= 400:
            return found + list(_error(exchange["response"]))
        for parameter in told.get("parameters", []):
            if parameter.get("in") == "body":
                found += self._schema(parameter["schema"], exchange["request"], "request")
                # The schemas of objects do not say that they are objects.
                if not isinstance(exchange["request"], dict):
                    found.append("the request is not an object")
        found += self._answer(told["responses"].get(str(exchange["status"])), exchange)
        if told.get("x-ms-long-running-operation"):
            found += _announced(exchange)
        return found

    def _answer(self, told: dict[str, Any] | None, exchange: dict[str, Any]) -> list[str]:
        """What is wrong with the answer to a request that was accepted."""
        status, answer = exchange["status"], exchange["response"]
        if told is None:
            return [f"status {status} is not described"]
        found = self._unknown(answer) + _secrets(answer)
        if "schema" in told and (answer is not None or status == 200):
            found += self._schema(told["schema"], answer, "response")
            if isinstance(answer, list) != (told["schema"].get("type") == "array"):
                found.append("the response is a list and should not be, or the other way round")
        return found

    def _schema(self, schema: Any, value: Any, what: str) -> list[str]:
        validator = Draft4Validator(schema, registry=self._registry)
        return [f"{what} {e.json_path}: {e.message[:200]}" for e in validator.iter_errors(value)]

    def _unknown(self, value: Any) -> list[str]:
        if isinstance(value, list):
            return [one for item in value for one in self._unknown(item)]
        if not isinstance(value, dict):
            return []
        found = [
            f"property {name} is not described" for name in value if name not in self.properties
        ]
        inner = [item for name, item in value.items() if name not in _MAPS]
        return found + self._unknown(inner)


def _property_names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _property_names(item)
    elif isinstance(node, dict):
        for name, item in node.items():
            if name == "properties" and isinstance(item, dict):
                yield from item
            yield from _property_names(item)


def _anchored(file: str, node: Any) -> Any:
    """The node with references that name their file."""
    if isinstance(node, list):
        return [_anchored(file, item) for item in node]
    if not isinstance(node, dict):
        return node
    # The list of sizes is of 2021 and open: "modelAsString".
    enum = (node.get("x-ms-enum") or {}).get("name")
    if enum == "VirtualMachineSizeTypes":
        return {"type": "string"}
    if enum in _SINCE:
        return {"type": "string", "enum": [*node["enum"], *_SINCE[enum]]}
    if isinstance(node.get("$ref"), str):
        other, _, fragment = node["$ref"].partition("#")
        return {
            "$ref": f"https://specification.invalid/{other.removeprefix('./') or file}#{fragment}"
        }
    return {name: _anchored(file, item) for name, item in node.items()}


def _place(exchange: dict[str, Any], path: str, method: str) -> Iterator[str]:
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
    if not re.fullmatch(pattern, exchange["path"], re.IGNORECASE):
        yield f"path {exchange['path']} is not {path}"
    if exchange["method"].lower() != method:
        yield f"method {exchange['method']} is not {method}"
    yield from _version(exchange)


def _version(exchange: dict[str, Any]) -> Iterator[str]:
    if "api-version" not in exchange["query"]:
        yield "there is no api-version"


def _plain(exchange: dict[str, Any]) -> Iterator[str]:
    """What holds of any exchange."""
    yield from _version(exchange)
    if exchange["status"] >= 400:
        yield from _error(exchange["response"])
    yield from _secrets(exchange["response"])


def _error(answer: Any) -> Iterator[str]:
    """CloudError: https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/common-api-details.md#error-response-content"""
    error = answer.get("error") if isinstance(answer, dict) else None
    for field in ("code", "message"):
        if not isinstance(error, dict) or not isinstance(error.get(field), str):
            yield f"the error has no {field}"


def _secrets(value: Any) -> list[str]:
    told = json.dumps(value)
    return [f"{name} is answered" for name in _SECRETS if f'"{name}"' in told]


def _announced(exchange: dict[str, Any]) -> Iterator[str]:
    answer = exchange["response"] if isinstance(exchange["response"], dict) else {}
    state = (answer.get("properties") or {}).get("provisioningState")
    if exchange["status"] in (201, 202) or state in ("Creating", "Updating", "Deleting"):
        headers = {name.lower() for name in exchange["headers"]}
        if not headers & set(_HEADERS):
            yield "nothing tells where to follow the operation"
        if "retry-after" not in headers:
            yield "nothing tells when to look again"


def put_complaints(exchange: dict[str, Any]) -> list[str]:
    """The request of a PUT against the newer schemas of deployments (``put/``)."""
    parts = exchange["path"].split("/providers/")[-1].split("/")
    kind = "_".join(parts[1::2])
    for file in (FOLDER / "put").glob("*.json"):
        whole = json.loads(file.read_text())
        if kind in whole["resourceDefinitions"]:
            # The list of sizes is as old and as open there.
            whole["definitions"].get("HardwareProfile", {}).get("properties", {})["vmSize"] = {}
            definition = whole["resourceDefinitions"][kind]["properties"]
            schema = {"properties": definition, "definitions": whole["definitions"]}
            validator = Draft4Validator(schema, registry=_expressions())
            return [
                e.json_path + ": " + e.message[:200]
                for e in validator.iter_errors(exchange["request"])
            ]
    return [f"{kind} is in no schema"]


def _expressions() -> Registry[Any]:
    """Template expressions are strings in brackets, and no request has one."""
    name = "https://schema.management.azure.com/schemas/common/definitions.json"
    never = DRAFT4.create_resource({"definitions": {"expression": {"not": {}}}})
    found: Registry[Any] = Registry().with_resource(name, never)
    return found
