from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import md5
from xml.etree import ElementTree

import pytest
from azure.core.exceptions import HttpResponseError

from infra.local.azure_account import ArmFault
from tests.integration.azure_account.clients import GROUP, PLACE, Clients
from tests.integration.azure_account.test_networks import code

MIB = 1024 * 1024
READ = {"access": "Read", "durationInSeconds": 3600}


def _snapshot(azure: Clients, name: str, source: str) -> str:
    told = {"creationData": {"createOption": "Copy", "sourceResourceId": source}}
    body = {**PLACE, "properties": {**told, "incremental": True}}
    made = azure.compute.snapshots.begin_create_or_update(GROUP, name, body).result()
    return str(made.name)


def _url(azure: Clients, snapshot: str) -> str:
    granted = azure.compute.snapshots.begin_grant_access(GROUP, snapshot, READ).result()
    return str(granted.access_sas)


def _ranges(xml: bytes) -> Iterator[tuple[str, int, int]]:
    for item in ElementTree.fromstring(xml):
        if item.tag in ("PageRange", "ClearRange"):
            start, end = (int(item.findtext(name) or 0) for name in ("Start", "End"))
            yield item.tag, start, end


def _guest_writes(azure: Clients, disk: str, offset: int, data: bytes) -> None:
    status, _, _ = azure.raw("PUT", f"/_local/data?id={disk}&offset={offset}", data)
    assert status == 200


def test_a_snapshot_tells_what_changed_since_the_one_before(azure: Clients) -> None:
    disk = azure.disk("data").id
    _guest_writes(azure, disk, 0, b"a" * 2048)
    first = _url(azure, _snapshot(azure, "first", disk))
    _guest_writes(azure, disk, 512, bytes(512))
    _guest_writes(azure, disk, 5 * MIB, b"b" * 1024)
    second = _url(azure, _snapshot(azure, "second", disk))
    _guest_writes(azure, disk, 0, b"c" * 512)
    headers = {"x-ms-previous-snapshot-url": first, "x-ms-version": "2020-12-06"}
    status, _, found = azure.raw("GET", f"{second}&comp=pagelist", None, headers)
    assert status == 200
    assert list(_ranges(found)) == [
        ("ClearRange", 512, 1023),
        ("PageRange", 5 * MIB, 5 * MIB + 1023),
    ]
    status, told, data = azure.raw("GET", second, None, {"x-ms-range": "bytes=0-1023"})
    assert (status, data) == (206, b"a" * 512 + bytes(512))
    assert told["Content-Range"].endswith(f"/{1024**3 + 512}")
    azure.compute.snapshots.begin_revoke_access(GROUP, "second").result()
    assert azure.raw("GET", second)[0] == 403


def test_the_limits_of_incremental_snapshots_hold(azure: Clients) -> None:
    disk = azure.disk("data").id
    names = [_snapshot(azure, f"snap{n}", disk) for n in range(7)]
    with pytest.raises(HttpResponseError) as refused:
        _snapshot(azure, "snap7", disk)
    assert code(refused) == "TooManyRequests"
    azure.server.account.clock.advance(301)
    names.append(_snapshot(azure, "snap7", disk))
    urls = [_url(azure, name) for name in names[:5]]
    with pytest.raises(HttpResponseError) as refused:
        _url(azure, names[5])
    assert code(refused) == "OperationNotAllowed"
    azure.compute.snapshots.begin_revoke_access(GROUP, names[0]).result()
    assert _url(azure, names[5]) not in urls


def test_a_disk_with_an_address_is_not_attached(azure: Clients) -> None:
    disk = azure.disk("data").id
    azure.compute.disks.begin_grant_access(GROUP, "data", READ).result()
    entry = {"lun": 0, "createOption": "Attach", "managedDisk": {"id": disk}}
    machine = azure.vm("one", azure.subnet()).result()
    body = {"properties": {"storageProfile": {"dataDisks": [entry]}}}
    with pytest.raises(HttpResponseError) as refused:
        azure.compute.virtual_machines.begin_update(GROUP, machine.name, body)
    assert code(refused) == "OperationNotAllowed"
    azure.compute.disks.begin_revoke_access(GROUP, "data").result()
    azure.compute.virtual_machines.begin_update(GROUP, machine.name, body).result()


def test_checksums_are_told_and_held(azure: Clients) -> None:
    disk = azure.disk("data").id
    _guest_writes(azure, disk, 0, b"a" * 512)
    url = _url(azure, _snapshot(azure, "snap", disk))
    asked = {"x-ms-range": "bytes=0-511", "x-ms-range-get-content-md5": "true"}
    told = azure.raw("GET", url, None, asked)[1]
    assert told["Content-MD5"] == b64encode(md5(b"a" * 512).digest()).decode()
    too_long = {**asked, "x-ms-range": f"bytes=0-{4 * MIB}"}
    assert azure.raw("GET", url, None, too_long)[0] == 400
    size = 20 * MIB + 512
    upload = {"creationData": {"createOption": "Upload", "uploadSizeBytes": size}}
    body = {**PLACE, "properties": upload}
    azure.compute.disks.begin_create_or_update(GROUP, "up", body).result()
    write = {"access": "Write", "durationInSeconds": 3600}
    granted = azure.compute.disks.begin_grant_access(GROUP, "up", write).result()
    headers = {"x-ms-page-write": "update", "x-ms-range": "bytes=0-511"}
    wrong = {**headers, "Content-MD5": told["Content-MD5"]}
    place = f"{granted.access_sas}&comp=page"
    assert azure.raw("PUT", place, b"b" * 512, wrong)[0] == 400
    assert azure.raw("PUT", place, b"a" * 512, wrong)[0] == 201
    assert azure.raw("GET", f"{url}&comp=pagelist&maxresults=1")[0] == 400


def test_an_upload_becomes_a_disk(azure: Clients) -> None:
    size = 20 * MIB + 512
    told = {"creationData": {"createOption": "Upload", "uploadSizeBytes": size}}
    disks = azure.compute.disks
    body = {**PLACE, "properties": told}
    assert disks.begin_create_or_update(GROUP, "up", body).result().disk_state == "ReadyToUpload"
    write = {"access": "Write", "durationInSeconds": 3600}
    url = f"{disks.begin_grant_access(GROUP, 'up', write).result().access_sas}&comp=page"
    headers = {"x-ms-page-write": "update", "x-ms-range": "bytes=512-1535"}
    assert azure.raw("PUT", url, b"x" * 1024, headers)[0] == 201
    azure.server.account.faults.add(ArmFault("Blob_PutPage", "ServerBusy", http_status=503))
    assert azure.raw("PUT", url, b"x" * 1024, headers)[0] == 503
    for wrong, status in (
        ({"x-ms-range": "bytes=1-512"}, 416),
        ({"x-ms-range": f"bytes=0-{4 * MIB + 511}"}, 413),
        ({"x-ms-range": "bytes=0-511"}, 400),
        ({"x-ms-range": f"bytes={size}-{size + 511}"}, 416),
    ):
        assert azure.raw("PUT", url, b"y" * 1024, {**headers, **wrong})[0] == status
    assert disks.get(GROUP, "up").disk_state == "ActiveUpload"
    disks.begin_revoke_access(GROUP, "up").result()
    made = disks.get(GROUP, "up")
    assert made.disk_state == "Unattached"
    found = azure.raw("GET", f"/_local/data?id={made.id}&offset=0&length=2048")[2]
    assert found == bytes(512) + b"x" * 1024 + bytes(512)


def test_a_disk_grows_only_and_copies_carry_the_bytes(azure: Clients) -> None:
    disk = azure.disk("data", 2).id
    _guest_writes(azure, disk, 2 * 1024**3 - 512, b"z" * 512)
    with pytest.raises(HttpResponseError) as refused:
        azure.compute.disks.begin_update(GROUP, "data", {"properties": {"diskSizeGB": 1}})
    assert code(refused) == "ResizeDiskError"
    grown = {"properties": {"diskSizeGB": 3}}
    assert azure.compute.disks.begin_update(GROUP, "data", grown).result().disk_size_gb == 3
    _snapshot(azure, "snap", disk)
    source = azure.id("Microsoft.Compute/snapshots", "snap")
    told = {"creationData": {"createOption": "Copy", "sourceResourceId": source}}
    body = {**PLACE, "properties": told}
    copy = azure.compute.disks.begin_create_or_update(GROUP, "copy", body).result()
    assert copy.disk_size_gb == 3
    path = f"/_local/data?id={copy.id}&offset={2 * 1024**3 - 512}&length=1024"
    assert azure.raw("GET", path)[2] == b"z" * 512 + bytes(512)


def test_an_image_of_a_snapshot_outlives_it(azure: Clients) -> None:
    disk = azure.disk("system", hyperVGeneration="V2", osType="Linux").id
    _guest_writes(azure, disk, 0, b"boot")
    _snapshot(azure, "snap", disk)
    source = azure.id("Microsoft.Compute/snapshots", "snap")
    inner = {"osType": "Linux", "osState": "Generalized", "snapshot": {"id": source}}
    told = {"hyperVGeneration": "V2", "storageProfile": {"osDisk": inner}}
    image = azure.compute.images.begin_create_or_update(
        GROUP, "image", {**PLACE, "properties": told}
    ).result()
    azure.compute.snapshots.begin_delete(GROUP, "snap").result()
    storage = {"imageReference": {"id": image.id}, "osDisk": {"createOption": "FromImage"}}
    made = azure.vm("one", azure.subnet(), storageProfile=storage).result()
    os_disk = made.storage_profile.os_disk.managed_disk.id
    assert azure.raw("GET", f"/_local/data?id={os_disk}&offset=0&length=4")[2] == b"boot"


def test_premium_v2_needs_a_zone(azure: Clients) -> None:
    body = {
        **PLACE,
        "sku": {"name": "PremiumV2_LRS"},
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
    }
    with pytest.raises(HttpResponseError) as refused:
        azure.compute.disks.begin_create_or_update(GROUP, "fast", body)
    assert code(refused) == "InvalidParameter"
    made = azure.compute.disks.begin_create_or_update(GROUP, "fast", {**body, "zones": ["1"]})
    assert made.result().zones == ["1"]
