"""Stage what `sam build` and `sam deploy` pack: our code, and a layer of the locked dependencies.

python -m infra.build            for AWS: wheels for the functions' own platform
python -m infra.build --native   for the embedded stack: for the interpreter that runs this
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from infra.openapi import document

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "build"
UV = ROOT / ".tools" / "uv" / "bin" / "uv"
MOST_BYTES = 250 * 1024**2 - 10 * 1024**2
"""Unzipped, with 10 MB for our own code:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
UNPACKED = shutil.ignore_patterns("__pycache__", "cli")
CLOUDS = ("azure", "gcp")
AWS = ["--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_28"]
AWS += ["--only-binary", ":all:"]


def stage(extras: tuple[str, ...] = (), *, native: bool = False) -> None:
    """Write build/app anew, and build/layer where the lock or ``extras`` changed.

    Every function may be asked for any cloud, so that the layer has the SDKs of all.
    """
    app = TARGET / "app"
    shutil.rmtree(app, ignore_errors=True)
    shutil.copytree(ROOT / "functions", app / "functions", ignore=UNPACKED)
    shutil.copytree(ROOT / "shared" / "novacron", app / "novacron", ignore=UNPACKED)
    described = json.dumps(document(), sort_keys=True)
    (app / "functions" / "system" / "openapi.json").write_text(described)
    options = ["--python", sys.executable] if native else AWS
    _layer(TARGET / "layer", requirements((*CLOUDS, *extras)), options)


def _layer(folder: Path, requirements: str, options: list[str]) -> None:
    """A layer is only put together again when what goes into it is other than before."""
    wanted = f"{options}\n{requirements}"
    stamp = TARGET / "layer.txt"
    if stamp.exists() and stamp.read_text() == wanted and folder.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    listed = TARGET / "requirements.txt"
    listed.write_text(requirements)
    command = [str(UV), "pip", "install", "--quiet", "--target", str(folder / "python"), *options]
    subprocess.run([*command, "-r", str(listed)], cwd=ROOT, check=True)  # noqa: S603
    _trim(folder)
    stamp.write_text(wanted)


def _trim(folder: Path) -> None:
    """Leave out what no function runs, and hold the rest to what Lambda takes."""
    for pattern in ("__pycache__", "tests", "*.pyi", "*.pyx", "*.c", "bin"):
        for found in sorted(folder.rglob(pattern)):
            shutil.rmtree(found) if found.is_dir() else found.unlink()
    size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    if size > MOST_BYTES:
        raise SystemExit(f"The layer has {size / 1e6:.0f} MB; Lambda takes {MOST_BYTES / 1e6:.0f}.")
    print(f"layer: {size / 1e6:.0f} of {MOST_BYTES / 1e6:.0f} MB")


def requirements(extras: tuple[str, ...]) -> str:
    command = [str(UV), "export", "--quiet", "--locked", "--no-dev"]
    command += ["--no-hashes", "--no-emit-project", "--no-header", "--no-annotate"]
    for extra in extras:
        command += ["--extra", extra]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    stage(native="--native" in sys.argv)
