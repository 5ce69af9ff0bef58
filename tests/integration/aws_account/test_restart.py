"""Nothing that was answered is lost: not by a stop, not by a kill."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.local.aws_account import start_in_thread
from infra.local.aws_account.guest import read_volume, write_volume
from tests.integration.aws_account.blocks import content, put, read, snapshot
from tests.integration.aws_account.conftest import connect

ROOT = Path(__file__).resolve().parents[3]
RUN: dict[str, Any] = {
    "ImageId": "ami-785db401",
    "InstanceType": "t3.micro",
    "MinCount": 1,
    "MaxCount": 1,
    "ClientToken": "once",
}


def test_a_stop_keeps_resources_bytes_tokens_and_transitions(tmp_path: Path) -> None:
    server = start_in_thread(tmp_path, transition_describes=1)
    ec2, ebs = connect(server, "ec2"), connect(server, "ebs")
    instance = ec2.run_instances(**RUN)["Instances"][0]["InstanceId"]
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    write_volume(server.account, volume, 4096, b"kept")
    base = snapshot(ebs, {0: content("a")})
    half = ebs.start_snapshot(VolumeSize=1, ClientToken="half")["SnapshotId"]
    put(ebs, half, 9, content("b"))
    server.account.clock.advance(1000)
    server.stop()

    again = start_in_thread(tmp_path, transition_describes=1)
    ec2, ebs = connect(again, "ec2"), connect(again, "ebs")
    states = [
        ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["State"]
        for _ in range(2)
    ]
    assert [state["Name"] for state in states] == ["pending", "running"]
    assert ec2.run_instances(**RUN)["Instances"][0]["InstanceId"] == instance
    assert read_volume(again.account, volume, 4096, 4) == b"kept"
    ec2.describe_snapshots(SnapshotIds=[base])
    ec2.describe_snapshots(SnapshotIds=[base])
    assert read(ebs, base) == {0: content("a")}
    assert ebs.start_snapshot(VolumeSize=1, ClientToken="half")["SnapshotId"] == half
    put(ebs, half, 10, content("c"))
    ebs.complete_snapshot(SnapshotId=half, ChangedBlocksCount=2)
    again.stop()


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.local.aws_account", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--state-dir", str(tmp_path), "--transition-describes", "0"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        ec2 = connect(url, "ec2")
        vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
        base = snapshot(connect(url, "ebs"), {5: content("k")})
    finally:
        process.kill()
        process.wait(timeout=10)
    server = start_in_thread(tmp_path, transition_describes=0)
    assert connect(server, "ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert read(connect(server, "ebs"), base) == {5: content("k")}
    server.stop()
