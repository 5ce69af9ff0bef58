"""Which host takes a VM, and why the others do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import NoCapacity
from novacron.providers.libvirt.placement import Amount, Room, choose
from novacron.providers.libvirt.sites import down

TOTAL = Amount(16, 65536, 1_000_000)
WANTED = Amount(2, 4096, 20_480)


def room(zone: str, vcpus: float, memory: float, disk: float, refusal: str | None = None) -> Room:
    return Room(zone, TOTAL, Amount(vcpus, memory, disk), refusal)


def test_the_scarcest_resource_decides() -> None:
    much_memory = room("memory", 3, 65536, 900_000)
    even = room("even", 8, 32768, 500_000)
    assert choose([much_memory, even], WANTED) == "even"


@pytest.mark.parametrize(
    ("full", "reason"),
    [
        (room("a", 1, 65536, 900_000), "2 vCPUs are wanted, 1 are free"),
        (room("a", 16, 4095, 900_000), "4096 MiB of memory are wanted, 4095 are free"),
        (room("a", 16, 65536, 100), "20480 MiB of disk are wanted, 100 are free"),
        (room("a", 16, 65536, 900_000, "there is no image 'x'"), "there is no image 'x'"),
        (down("a"), "it does not answer"),
    ],
)
def test_what_does_not_fit_is_passed_over_and_said(full: Room, reason: str) -> None:
    assert choose([full, room("b", 4, 8192, 50_000)], WANTED) == "b"
    with pytest.raises(NoCapacity) as refused:
        choose([full, down("c")], WANTED)
    assert f"a: {reason}" in refused.value.detail
    assert "c: it does not answer" in refused.value.detail


def test_the_first_of_equals() -> None:
    equals = [room(zone, 8, 8192, 50_000) for zone in ("b", "a")]
    assert choose(equals, WANTED) == "b"


AMOUNTS = st.builds(Amount, st.integers(0, 16), st.integers(0, 65536), st.integers(0, 1_000_000))


@given(st.lists(AMOUNTS, min_size=1, max_size=5), AMOUNTS)
def test_whatever_is_chosen_fits(free: list[Amount], wanted: Amount) -> None:
    rooms = [Room(f"z{index}", TOTAL, one) for index, one in enumerate(free)]

    def fits(one: Amount) -> bool:
        return (
            wanted.vcpus <= one.vcpus
            and wanted.memory_mib <= one.memory_mib
            and wanted.disk_mib <= one.disk_mib
        )

    try:
        zone = choose(rooms, wanted)
    except NoCapacity:
        assert not any(map(fits, free))
    else:
        assert fits(free[int(zone[1:])])
