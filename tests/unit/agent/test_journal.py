"""The journal: what was accepted is done once, what was done is sent until it is received."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from novacron.agent import unit
from novacron.agent.identity import Identity, load, new_key, save
from novacron.agent.journal import Journal
from novacron.models.agent import Command, Outcome


def command(number: int) -> Command:
    return Command(
        id=f"{number:032x}",
        slot=f"{number:032x}",
        method="get_vm",
        arguments={"vm_id": "x"},
        queued_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_command_is_done_once_and_its_result_sent_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    one, two = command(1), command(2)
    journal.accept([one, two])
    journal.accept([one])
    assert journal.next() == (one, False)
    assert journal.holding() == [one.id, two.id]
    journal.finish(one.id, Outcome(value=1))
    assert journal.next() == (two, False)
    journal.finish(two.id, Outcome(value=2))
    assert journal.next() is None
    assert [result.outcome.value for result in journal.unsent()] == [1, 2]
    journal.sent([one.id, two.id])
    assert (journal.unsent(), journal.holding()) == ([], [])
    journal.accept([one])  # the API asks again: it did not get the result
    assert journal.next() is None
    assert [result.id for result in journal.unsent()] == [one.id]


def test_it_outlives_its_process(tmp_path: Path) -> None:
    Journal(tmp_path / "j.db").accept([command(1)])
    again = Journal(tmp_path / "j.db")
    assert again.next() == (command(1), False)
    again.finish(command(1).id, Outcome(value=None))
    assert Journal(tmp_path / "j.db").next() is None


def test_an_identity_is_its_owners_alone(tmp_path: Path) -> None:
    private, _ = new_key()
    mine = Identity(
        url="https://api.test", tenant="acme", agent_id="a", private_key=private, settings={}
    )
    kept = save(tmp_path / "state", mine)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert load(tmp_path / "state") == mine


def test_the_unit_names_the_command(tmp_path: Path) -> None:
    made = unit.install(Path("/opt/novacron/bin/novacron"), tmp_path)
    text = made.read_text()
    assert "ExecStart=/opt/novacron/bin/novacron agent run --state-dir" in text
    assert "Restart=always" in text
