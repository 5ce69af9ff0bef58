"""Stage what `sam build` packs: our code, its description, and the locked requirements.

python -m infra.build build/app
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from infra.openapi import document

ROOT = Path(__file__).parents[1]
UNPACKED = shutil.ignore_patterns("__pycache__", "cli")


def stage(target: Path, extras: tuple[str, ...] = ()) -> None:
    """Write ``target`` anew. ``extras`` are the project's, such as "libvirt"."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "functions", target / "functions", ignore=UNPACKED)
    shutil.copytree(ROOT / "shared" / "novacron", target / "novacron", ignore=UNPACKED)
    described = json.dumps(document(), sort_keys=True)
    (target / "functions" / "system" / "openapi.json").write_text(described)
    (target / "requirements.txt").write_text(_requirements(extras))


def _requirements(extras: tuple[str, ...]) -> str:
    command = [str(ROOT / ".tools/uv/bin/uv"), "export", "--quiet", "--locked", "--no-dev"]
    command += ["--no-hashes", "--no-emit-project", "--no-header", "--no-annotate"]
    for extra in extras:
        command += ["--extra", extra]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    stage(Path(sys.argv[1]), tuple(sys.argv[2:]))
