"""Reservations of VMs and savings plans, which belong to a directory and not to a subscription:
https://learn.microsoft.com/en-us/rest/api/reserved-vm-instances/reservation/list-all
https://learn.microsoft.com/en-us/rest/api/billingbenefits/savings-plan/list-all

Reading them takes a role of their own, such as Reservations Reader.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment, CommitmentKind
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import Json
from novacron.providers.azure.paging import page_of
from novacron.providers.commitments import Commitments

API = "2022-11-01"
RESERVATIONS = "/providers/Microsoft.Capacity/reservations"
PLANS = "/providers/Microsoft.BillingBenefits/savingsPlans"
THEN = "plans:"
"""Begins a cursor of the second list."""


class AzureCommitments(AzureBase, Commitments):
    @translated
    def list_commitments(self, region: str | None, page: PageRequest) -> Page[Commitment]:
        cursor = page.cursor or ""
        second = cursor.startswith(THEN)
        place = self.account.endpoint + (PLANS if second else RESERVATIONS)
        regions = self.account.regions if region is None else (self.here(region),)

        def keep(native: Json) -> bool:
            told = native["properties"]
            ours = _is_ours(self.account.subscription_id, told)
            if second or not ours:
                return ours
            return (
                told["reservedResourceType"] == "VirtualMachines" and native["location"] in regions
            )

        within = page.model_copy(update={"cursor": cursor.removeprefix(THEN) or None})
        show = _plan if second else _reservation
        found = page_of(place, within, self._fetch(place), keep, lambda some: list(map(show, some)))
        if second and found.next_cursor:
            return found.model_copy(update={"next_cursor": THEN + found.next_cursor})
        return (
            found if second or found.next_cursor else found.model_copy(update={"next_cursor": THEN})
        )

    def _fetch(self, place: str) -> Any:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        def fetch(link: str | None) -> tuple[list[Json], str | None]:
            request = HttpRequest("GET", link or f"{place}?api-version={API}")
            answer = self.arm.send_request(request)
            if answer.status_code >= 400:
                raise HttpResponseError(response=answer)
            body = answer.json()
            return body["value"], body.get("nextLink")

        return fetch


def _is_ours(subscription: str, told: Json) -> bool:
    """In force, and not for another subscription alone."""
    scopes = " ".join(told.get("appliedScopes") or ()).lower()
    elsewhere = told["appliedScopeType"] == "Single" and subscription.lower() not in scopes
    return told["provisioningState"] == "Succeeded" and not elsewhere


def _reservation(native: Json) -> Commitment:
    told, sku = native["properties"], native["sku"]["name"]
    return _commitment(
        native, CommitmentKind.USAGE, native["location"], sku, f"{told['quantity']} x {sku}"
    )


def _plan(native: Json) -> Commitment:
    hourly = native["properties"]["commitment"]
    amount = f"{hourly['amount']} {hourly['currencyCode']} an hour"
    return _commitment(native, CommitmentKind.SPEND, None, "", amount)


def _commitment(
    native: Json, kind: CommitmentKind, region: str | None, covers: str, amount: str
) -> Commitment:
    told = native["properties"]
    return Commitment(
        id=native["id"].rpartition("/")[2],
        name=told["displayName"],
        kind=kind,
        region=region,
        covers=covers,
        amount=f"{amount}, {told['term']}",
        start=datetime.fromisoformat(told["effectiveDateTime"]),
        end=datetime.fromisoformat(told["expiryDateTime"]),
        renews=bool(told.get("renew")),
    )
