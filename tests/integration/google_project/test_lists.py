"""Pages, filters and scopes of lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.api_core import exceptions

from tests.integration.google_project.cloud import PROJECT, REGION, ZONE, Cloud

AT = {"project": PROJECT, "zone": ZONE}
NAMES = [f"disk-{letter}" for letter in "abcde"]


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client for a project with five disks in one zone and one in another."""
    folder: Path = tmp_path_factory.mktemp("lists")
    with Cloud.open(folder) as cloud:
        client = cloud.client("Disks")
        for index, name in enumerate(NAMES):
            body = {"name": name, "size_gb": 10 + index, "labels": {"odd": str(index % 2)}}
            client.insert_unary(**AT, disk_resource=body)
        other = {"name": "disk-other", "size_gb": 10}
        client.insert_unary(project=PROJECT, zone="europe-west1-b", disk_resource=other)
        yield client


def test_all_pages_are_walked(disks: Any) -> None:
    pager = disks.list(request={**AT, "max_results": 2})
    assert [len(page.items) for page in pager.pages] == [2, 2, 1]
    listed = disks.list(request={**AT, "max_results": 2})
    assert [disk.name for disk in listed] == NAMES


def test_newest_first(disks: Any) -> None:
    request = {**AT, "max_results": 2, "order_by": "creationTimestamp desc"}
    listed = [disk.name for disk in disks.list(request=request)]
    assert sorted(listed) == NAMES
    assert listed[0] in NAMES[1:]
    with pytest.raises(exceptions.BadRequest):
        disks.list(request={**AT, "order_by": "sizeGb"})


def test_a_page_token_is_of_one_list(disks: Any) -> None:
    token = next(disks.list(request={**AT, "max_results": 2}).pages).next_page_token
    for request in ({"page_token": "made-up"}, {"page_token": token, "filter": "name = disk-a"}):
        with pytest.raises(exceptions.BadRequest, match="pageToken"):
            disks.list(request={**AT, **request})


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("name = disk-b", "b"),
        ('name != "disk-b"', "acde"),
        ("labels.odd=1", "bd"),
        ('(labels.odd = "1") (name != disk-b)', "d"),
        ("labels.odd = 1 AND sizeGb > 11", "d"),
        ("labels.none:*", ""),
        ("labels.odd:*", "abcde"),
        ("name eq .*[ab]", "ab"),
        ("name ne 'disk-a'", "bcde"),
        ('(name eq "disk-.") (labels.odd eq 0)', "ace"),
        ("name eq disk", ""),
        ("status = READY", "abcde"),
    ],
)
def test_filters(disks: Any, expression: str, found: str) -> None:
    listed = disks.list(request={**AT, "filter": expression})
    assert "".join(disk.name[-1] for disk in listed) == found


@pytest.mark.parametrize(
    "expression",
    ["name", "name =", "name ~ x", "(name = a", "name eq (", "(name eq a) (labels.x = b)", "= a"],
)
def test_what_is_no_filter_is_refused(disks: Any, expression: str) -> None:
    with pytest.raises(exceptions.BadRequest, match="filter"):
        disks.list(request={**AT, "filter": expression})


def test_all_zones_at_once(disks: Any) -> None:
    pages = disks.aggregated_list(request={"project": PROJECT, "max_results": 3})
    found, warned = [], set()
    for scope, content in pages:
        found += [(scope, disk.name) for disk in content.disks]
        if not content.disks:
            warned.add(content.warning.code)
    assert sorted(found) == sorted(
        [(f"zones/{ZONE}", name) for name in NAMES] + [("zones/europe-west1-b", "disk-other")]
    )
    assert warned == {"NO_RESULTS_ON_PAGE"}


def test_a_zone_that_cannot_be_reached(cloud: Cloud) -> None:
    cloud.server.project.switches.unreachable = [ZONE]
    url = f"{cloud.server.url}/compute/v1/projects/{PROJECT}/aggregated/disks"
    assert cloud.session().get(url).status_code == 503
    body = cloud.session().get(f"{url}?returnPartialSuccess=true").json()
    cloud.server.project.switches.unreachable = []
    assert body["items"][f"zones/{ZONE}"]["warning"]["code"] == "UNREACHABLE"
    assert [url.rpartition("/")[2] for url in body["unreachables"]] == [ZONE]


def test_unknown_places_and_parameters(cloud: Cloud) -> None:
    root = f"{cloud.server.url}/compute/v1/projects/{PROJECT}"
    for path, status in (
        ("zones/nowhere-1-a/disks", 400),
        (f"zones/{ZONE}/disks?maxResult=1", 400),
        (f"zones/{ZONE}/disks?maxResults=501", 400),
        (f"zones/{ZONE}/machineTypes/e9-huge", 404),
        (f"zones/{ZONE}/nothing", 404),
    ):
        assert cloud.session().get(f"{root}/{path}").status_code == status, path


def test_machine_types_and_public_images(cloud: Cloud) -> None:
    types = cloud.client("MachineTypes")
    listed = {each.name: each for each in types.list(**AT)}
    assert (listed["e2-standard-2"].guest_cpus, listed["e2-standard-2"].memory_mb) == (2, 8192)
    custom = types.get(**AT, machine_type="n2-custom-6-3072")
    assert (custom.guest_cpus, custom.memory_mb) == (6, 3072)
    images = cloud.client("Images")
    newest = images.get_from_family(project="ubuntu-os-cloud", family="ubuntu-2404-lts-arm64")
    assert newest.architecture == "ARM64"
    region = cloud.client("Regions").get(project=PROJECT, region=REGION)
    assert len(region.zones) == 4
