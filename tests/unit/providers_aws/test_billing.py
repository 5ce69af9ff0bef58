"""AWS's bills, from a bucket as Data Exports fills it and from Cost Explorer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.server import ThreadedMotoServer

from infra.local.bills import aws
from infra.local.bills.aws import Export
from infra.local.bills.charges import total as charged
from infra.local.bills.files import Format
from novacron.errors import (
    AuthenticationFailed,
    Conflict,
    Corrupted,
    InvalidSpec,
    NotFound,
    PermissionDenied,
    Throttled,
)
from novacron.models.account import ProviderType
from novacron.models.provider_account import ProviderAccount
from novacron.operations.limits import Limiter
from novacron.providers.aws.auth import read_settings
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.billing import BillDelivery, BillingSource
from novacron.store.buckets import Buckets
from novacron.store.table import Table
from tests.exported import FLEET, OCTOBER, october, rows_of, total
from tests.loopback import Answer, serving
from tests.world import create_table

BUCKET, NAME = "bills", "focus"
KEYS = {"access_key_id": "testing", "secret_access_key": "testing"}
SETTINGS = {"region": "us-east-1"}
EXPORT = {"billing_bucket": BUCKET, "billing_prefix": "costs/daily", "billing_export": NAME}
CHARGES = october()
FOCUS = list(aws.focus_rows(CHARGES, FLEET))
CUR = list(aws.cur_rows(CHARGES, FLEET))


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        try:
            yield "http://{}:{}".format(*server.get_host_and_port())
        finally:
            server.stop()


@pytest.fixture
def provider(endpoint: str) -> AwsProvider:
    return made(endpoint, EXPORT)


def made(endpoint: str, more: dict[str, str]) -> AwsProvider:
    account = read_settings({**SETTINGS, "endpoint_url": endpoint, **more}, KEYS)
    return AwsProvider(replace(account, attempts=1))


def deliver(export: Export, rows: list[Any], execution: str) -> dict[str, bytes]:
    files = export.delivery(rows, "2026-10", execution)
    for key, content in files.items():
        put(key, content)
    return files


def put(key: str, content: bytes) -> None:
    boto3.client("s3", region_name="us-east-1").put_object(Bucket=BUCKET, Key=key, Body=content)


def export(**how: Any) -> Export:
    return Export(BUCKET, "costs/daily", NAME, **how)


def october_of(provider: AwsProvider) -> BillDelivery:
    [found] = [one for one in provider.bill_deliveries(OCTOBER) if one.period == OCTOBER]
    return found


def read(provider: AwsProvider, delivery: BillDelivery) -> list[dict[str, Any]]:
    return [row for part in delivery.parts for row in rows_of(provider.bill_rows(delivery, part))]


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("rows", [FOCUS, CUR], ids=["focus", "cur"])
def test_a_delivery_is_read_whole(provider: AwsProvider, form: Format, rows: list[Any]) -> None:
    deliver(export(format=form), rows, "execution-1")
    delivery = october_of(provider)
    assert delivery.complete
    assert len(delivery.parts) == 5
    found = read(provider, delivery)
    assert total(found) == charged(CHARGES)
    assert found == read(provider, october_of(provider))


def test_each_execution_has_a_folder_and_the_newest_counts(provider: AwsProvider) -> None:
    how = export(create_new=True)
    deliver(how, FOCUS[:100], "20261002T010000-a")
    first = october_of(provider)
    deliver(how, FOCUS, "20261003T010000-b")
    second = october_of(provider)
    assert first.version != second.version
    assert total(read(provider, second)) == charged(CHARGES)
    assert len(read(provider, first)) == 100, "what was delivered before is still there"


def test_a_file_that_was_overwritten_is_a_conflict(provider: AwsProvider) -> None:
    deliver(export(), FOCUS, "execution-1")
    old = october_of(provider)
    deliver(export(), FOCUS[:700], "execution-2")
    with pytest.raises(Conflict):
        read(provider, old)
    assert len(read(provider, october_of(provider))) == 700


def test_a_delivery_that_is_being_written_is_not_listed(provider: AwsProvider) -> None:
    files = export().delivery(FOCUS, "2026-10", "execution-1")
    *data, manifest = files
    put(manifest, files[manifest])
    for key in data[1:]:
        put(key, files[key])
    assert [one for one in provider.bill_deliveries(OCTOBER) if one.period == OCTOBER] == []


def test_a_file_that_is_cut_is_named(provider: AwsProvider) -> None:
    for form in (Format.PARQUET, Format.GZIP):
        how = export(format=form, rows_per_file=5000)
        [key, manifest] = (files := how.delivery(FOCUS, "2026-10", "execution-1"))
        put(key, files[key][: len(files[key]) // 2])
        put(manifest, files[manifest])
        with pytest.raises(Corrupted, match=NAME):
            read(provider, october_of(provider))


def test_a_manifest_that_is_none(provider: AwsProvider) -> None:
    deliver(export(), FOCUS, "execution-1")
    place = f"costs/daily/{NAME}/metadata/BILLING_PERIOD=2026-10/{NAME}-Manifest.json"
    for wrong in (b"{", b"[]", b'{"dataFiles": ["x"]}'):
        put(place, wrong)
        with pytest.raises(Corrupted, match="manifest"):
            provider.bill_deliveries(OCTOBER)


def test_what_is_missing_is_said(endpoint: str) -> None:
    with pytest.raises(NotFound, match="No cost export") as caught:
        made(endpoint, {}).bill_deliveries(OCTOBER)
    assert "billing_export" in str(caught.value.remedy)
    with pytest.raises(NotFound):
        made(endpoint, {**EXPORT, "billing_bucket": "elsewhere"}).bill_deliveries(OCTOBER)
    with pytest.raises(InvalidSpec):
        read_settings({**SETTINGS, "billing_bucket": BUCKET}, KEYS)
    with pytest.raises(InvalidSpec):
        read_settings({**SETTINGS, **EXPORT, "billing_bucket": "../x"}, KEYS)
    assert isinstance(made(endpoint, {}), BillingSource)


def test_memory_does_not_grow_with_the_file(provider: AwsProvider) -> None:
    """Batches of one file come one by one, none larger than a batch."""
    rows = FOCUS * 20
    deliver(export(rows_per_file=len(rows), format=Format.GZIP), rows, "execution-1")
    delivery = october_of(provider)
    sizes = [batch.num_rows for batch in provider.bill_rows(delivery, delivery.parts[0])]
    assert sum(sizes) == len(rows)
    assert len(sizes) > 4


def answer(amount: str) -> dict[str, Any]:
    metrics = {
        name: {"Amount": amount, "Unit": "USD"} for name in ("UnblendedCost", "AmortizedCost")
    }
    group = {"Keys": ["AmazonEC2", "us-east-1"], "Metrics": metrics}
    period = {"Start": "2026-10-01", "End": "2026-10-02"}
    return {"ResultsByTime": [{"TimePeriod": period, "Groups": [group]}]}


class Explorer:
    """Answers in turn as Cost Explorer does; the adapter's own hooks are in front of it."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages, self.asked = list(pages), list[dict[str, Any]]()

    def get_cost_and_usage(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(dict(asked))
        return self.pages.pop(0)


def test_cost_explorer_tells_sums(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = Explorer({**answer("1.5"), "NextPageToken": "more"}, answer("0.000000123456789"))
    provider = made(endpoint, {"cost_explorer": "true"})
    delivery = october_of(provider)
    assert not delivery.complete
    assert explorer.asked == [], "listing costs nothing"
    ask = provider.home
    monkeypatch.setattr(provider, "home", lambda s, r: explorer if s == "ce" else ask(s, r))
    found = read(provider, delivery)
    assert total(found) == Decimal("1.500000123456789")
    assert [one.get("NextPageToken") for one in explorer.asked] == [None, "more"]
    assert explorer.asked[0]["TimePeriod"] == {"Start": "2026-10-01", "End": "2026-11-01"}
    assert found[0]["ChargePeriodStart"] == datetime(2026, 10, 1, tzinfo=UTC)
    again = october_of(provider)
    assert again.version == delivery.version, "a month is asked for once a day"


def test_requests_that_cost_are_counted_and_capped(endpoint: str) -> None:
    buckets, account = Buckets(Table("novacron", create_table("novacron"))), _account()
    now = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    provider = made(endpoint, {"cost_explorer": "true"})
    provider.limiter = Limiter(buckets, account, lambda: now)
    delivery = october_of(provider)
    for _ in range(40):
        rows_of(provider.bill_rows(delivery, delivery.parts[0]))
    with pytest.raises(Throttled):
        rows_of(provider.bill_rows(delivery, delivery.parts[0]))
    assert buckets.counted("acme", f"{account.id}#cost-explorer", now) == 40


def test_requests_that_cost_stop_when_they_cannot_be_counted(endpoint: str) -> None:
    limiter = Limiter(Buckets(Table("nowhere")), _account(), lambda: 0.0)
    with pytest.raises(Throttled):
        limiter("cost-explorer")
    limiter("read")


@pytest.mark.parametrize(
    ("status", "kind"), [(403, PermissionDenied), (401, AuthenticationFailed), (404, NotFound)]
)
def test_refusals_of_the_storage_are_ours(status: int, kind: type[Exception]) -> None:
    """A server that refuses every request, as S3 does to who lacks s3:ListBucket."""

    with serving(lambda _: Answer(status, b"")) as endpoint, pytest.raises(kind):
        made(endpoint, EXPORT).bill_deliveries(OCTOBER)


def _account() -> ProviderAccount:
    return ProviderAccount(
        id="acc-1",
        tenant="acme",
        name="lab",
        type=ProviderType.AWS,
        settings={},
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_manifest_of_the_generator_is_as_documented() -> None:
    """https://docs.aws.amazon.com/cur/latest/userguide/dataexports-manifest.html"""
    files = export().delivery(FOCUS, "2026-10", "execution-1")
    told = json.loads(files[list(files)[-1]])
    assert told.keys() == {"executionId", "exportArn", "columns", "dataFiles"}
    assert date.fromisoformat("2026-10-01") == OCTOBER
