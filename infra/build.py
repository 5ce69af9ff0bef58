"""Stage what `sam build` and `sam deploy` pack: our code, and two layers of locked dependencies.

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
COSTS = ("costs",)
LOCAL = ("local",)
"""Beside ``COSTS`` on the embedded stack alone."""
UNUSED: tuple[str, ...] = ("__pycache__", "tests", "*.pyi", "*.pyx", "*.pxi", "*.pxd", "*.c", "bin")
UNUSED += ("zstandard/*cffi*",)
"""What no function runs: sources, and zstandard's way for PyPy."""
UNUSED_COSTS: tuple[str, ...] = (
    "pyarrow/include",
    "pyarrow/src",
    "*arrow_flight*",
    "*arrow_python_flight*",
)
UNUSED_COSTS += ("pyarrow/_flight*", "*libarrow_s3*", "pyarrow/_s3fs*", "*_parquet_encryption*")
UNUSED_COSTS += ("libarrow_python.so", "libarrow_python.so.*.*.*", "pillow.libs/libavif*")
"""pyarrow's own ways to services (obstore is ours) and second copies; pictures, as reports have
none."""
AWS = ["--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_28"]
AWS += ["--only-binary", ":all:"]


def stage(extras: tuple[str, ...] = (), *, native: bool = False) -> None:
    """Write build/app anew, and the layers where the lock or ``extras`` changed.

    Every function may be asked for any cloud, so that their layer has the SDKs of all; those that
    work on bills have Arrow in their place.
    """
    app = TARGET / "app"
    shutil.rmtree(app, ignore_errors=True)
    shutil.copytree(ROOT / "functions", app / "functions", ignore=UNPACKED)
    shutil.copytree(ROOT / "shared" / "novacron", app / "novacron", ignore=UNPACKED)
    described = json.dumps(document(), sort_keys=True)
    (app / "functions" / "system" / "openapi.json").write_text(described)
    options = ["--python", sys.executable] if native else AWS
    costs = (*COSTS, *LOCAL) if native else COSTS
    _layer(TARGET / "layer", requirements((*CLOUDS, *extras)), options)
    _layer(TARGET / "cost-layer", requirements(costs), options, UNUSED_COSTS)
    for name in ("layer", "cost-layer"):
        _tell_size(TARGET / name, limited=not native)


def _layer(
    folder: Path, requirements: str, options: list[str], unused: tuple[str, ...] = ()
) -> None:
    """A layer is only put together again when what goes into it is other than before."""
    wanted = f"{options}\n{unused}\n{requirements}"
    stamp = TARGET / f"{folder.name}.txt"
    if stamp.exists() and stamp.read_text() == wanted and folder.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    listed = TARGET / "requirements.txt"
    listed.write_text(requirements)
    command = [str(UV), "pip", "install", "--quiet", "--target", str(folder / "python"), *options]
    subprocess.run([*command, "-r", str(listed)], cwd=ROOT, check=True)  # noqa: S603
    _trim(folder, UNUSED + unused)
    stamp.write_text(wanted)


def _trim(folder: Path, unused: tuple[str, ...]) -> None:
    """Leave out what no function runs."""
    for pattern in unused:
        for found in sorted(folder.rglob(pattern)):
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def _tell_size(folder: Path, *, limited: bool) -> None:
    """Hold what goes to AWS to what Lambda takes; the embedded stack takes more."""
    size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    told, most = f"{folder.name}: {size / 1e6:.0f} MB", f"Lambda takes {MOST_BYTES / 1e6:.0f}"
    if limited and size > MOST_BYTES:
        raise SystemExit(f"{told}; {most}.")
    print(f"{told}; {most}" if limited else told)


def requirements(extras: tuple[str, ...]) -> str:
    command = [str(UV), "export", "--quiet", "--locked", "--no-dev"]
    command += ["--no-hashes", "--no-emit-project", "--no-header", "--no-annotate"]
    for extra in extras:
        command += ["--extra", extra]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    stage(native="--native" in sys.argv)
