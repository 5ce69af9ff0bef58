"""The data-centre move's simulation, where the answer can be worked out by hand."""

from __future__ import annotations

import pytest

from bench.moving.fleet import GIB, Vm, fleet
from bench.moving.routes import LEAF, S3, End, Route, tiered
from bench.moving.simulation import BEGIN, Setting, simulate

DISK = 100 * 1024**2
ROUTE = Route("test", End(lambda _: DISK), End(lambda _: DISK, DISK * 2), S3)
STILL = Vm(10 * GIB, 10 * GIB, 0, 0)
WIDE = Setting(link=1e12)
ROUND = LEAF / DISK


def test_one_disk_goes_at_its_own_limit() -> None:
    moved = simulate([STILL], ROUTE, WIDE)
    assert moved.seconds == pytest.approx(BEGIN + 10 * GIB / DISK + ROUND, rel=1e-3)
    assert moved.bytes == pytest.approx(10 * GIB + LEAF, rel=1e-6)
    assert moved.downtimes == [pytest.approx(ROUND, rel=1e-3)]


def test_four_disks_share_an_account_and_two_at_once_do_not() -> None:
    together = simulate([STILL] * 4, ROUTE, WIDE)
    assert together.seconds == pytest.approx(BEGIN + 20 * GIB / DISK, rel=1e-2)
    assert max(together.bound, key=lambda name: together.bound[name]) == "target account"
    by_two = simulate([STILL] * 4, ROUTE, Setting(link=1e12, at_once=2))
    assert by_two.seconds == pytest.approx(2 * (BEGIN + 10 * GIB / DISK), rel=1e-2)


def test_what_was_written_meanwhile_is_copied_in_rounds_that_shrink() -> None:
    vm = Vm(10 * GIB, 10 * GIB, DISK / 4, 10 * GIB)
    moved = simulate([vm], ROUTE, WIDE)
    rounds = [10 * GIB, 2.5 * GIB, 0.625 * GIB]  # Of 102, 26 and 6 s.
    assert moved.bytes == pytest.approx(sum(rounds), rel=1e-3)
    assert moved.downtimes == [pytest.approx(rounds[-1] / DISK, rel=1e-3)]


def test_the_same_seed_is_the_same_fleet() -> None:
    assert fleet(50, 3) == fleet(50, 3) != fleet(50, 4)


def test_tiers_are_paid_one_after_the_other() -> None:
    assert tiered(15, ((10, 2.0), (float("inf"), 1.0))) == 25
