"""The conversion as one file that any Python from 3.9 on runs, for guests without NovaCron."""

from __future__ import annotations

import os
import shutil
import zipapp
from pathlib import Path
from tempfile import TemporaryDirectory

import novacron

PARTS = ("__init__.py", "errors.py", "migration/__init__.py", "migration/guest")
MAIN = "from novacron.migration.guest.__main__ import main\nraise SystemExit(main())\n"
MADE = 946_684_800
"""Every file's time: what is sent to a guest is the same from each of our functions."""


def bundle(target: Path) -> None:
    """Write it, the same bytes each time. Raises OSError."""
    package = Path(novacron.__file__).parent
    with TemporaryDirectory() as name:
        top = Path(name) / "novacron"
        for part in PARTS:
            here, there = package / part, top / part
            there.parent.mkdir(parents=True, exist_ok=True)
            if here.is_dir():
                shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(here, there)
        (Path(name) / "__main__.py").write_text(MAIN)
        for path in Path(name).rglob("*"):
            os.utime(path, (MADE, MADE))
        zipapp.create_archive(name, target, interpreter="/usr/bin/env python3", compressed=True)
