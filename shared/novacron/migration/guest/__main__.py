"""``python3 novacron-guest.pyz``: the conversion without anything else of NovaCron."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from novacron.errors import NovaCronError
from novacron.migration.guest.model import Plan, Target
from novacron.migration.guest.work import Done, convert, prepare, revert


def main(arguments: list[str] | None = None) -> int:
    """0 done, 1 refused or failed, 2 wrong usage."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.what == "undo":
            print(undone(revert(asked.root, asked.owner)))
            return 0
        target = Target(asked.target)
        if asked.what == "convert":
            done = convert(asked.disk, target, write=asked.apply)
        else:
            done = prepare(asked.root, target, write=asked.apply, owner=asked.owner or "")
    except (NovaCronError, OSError) as error:
        print(f"Error: {refused(error)}", file=sys.stderr)
        return 1
    print(json.dumps(done.plan.shown(), indent=2) if asked.json else shown(done))
    return 0


def shown(done: Done) -> str:
    """The plan for a person, and what became of it."""
    lines = [*_plan(done.plan)]
    if not done.plan.actions:
        lines.append("Nothing is left to do.")
    elif done.applied:
        lines.append("Applied. `undo` puts everything back.")
    elif not done.plan.errors:
        lines.append("Nothing was changed; --apply carries it out.")
    return "\n".join(lines)


def undone(left: list[str] | None) -> str:
    if left is None:
        return "Nothing was changed for this owner, and nothing was undone."
    if not left:
        return "Everything is as it was."
    return f"Undone, but for files that were changed since: {', '.join(left)}"


def refused(error: NovaCronError | OSError) -> str:
    if isinstance(error, NovaCronError):
        return f"{error.detail} {error.remedy or ''}".strip()
    hint = "" if os.geteuid() == 0 else " Only root can do this."
    return f"{error}{hint}"


def _plan(plan: Plan) -> list[str]:
    told = []
    for action in plan.actions:
        files = ", ".join(f"/{change.path}" for change in action.changes)
        told.append(f"{action.name}: {action.why}")
        told += [f"  writes {files}"] if files else []
        told += ["  makes every initramfs anew"] if action.rebuild else []
    for one in plan.findings:
        told.append(f"{one.severity.value} {one.code}: {one.detail} {one.remedy}".rstrip())
    return told


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="novacron-guest", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    inside = what.add_parser("prepare", help="inside the running source, as root")
    undo = what.add_parser("undo", help="put back what prepare changed")
    clone = what.add_parser("convert", help="on a raw disk image that is a clone, as root")
    clone.add_argument("--disk", type=Path, required=True)
    for one in (inside, undo):
        one.add_argument("--root", type=Path, default=Path("/"))
        one.add_argument("--owner", help="who asks: undo leaves what another one began")
    for one in (inside, clone):
        one.add_argument("--target", choices=[target.value for target in Target], required=True)
        one.add_argument("--apply", action="store_true", help="not only show the plan")
        one.add_argument("--json", action="store_true", help="the plan as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
