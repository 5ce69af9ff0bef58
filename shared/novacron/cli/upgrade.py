"""Put another version of the agent into its own environment. Only when told to: nothing calls this
but ``novacron agent upgrade``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from novacron.agent import unit
from novacron.cli.exits import CliError

PACKAGE = "novacron[cli,libvirt]"
_HAS_PIP = "import sys, importlib.util as util; sys.exit(util.find_spec('pip') is None)"


def requirement(to: str, sha256: str) -> str:
    """What pip is asked for: a version, or a wheel that pip holds to its checksum
    (https://pip.pypa.io/en/stable/topics/secure-installs/). CliError: the two do not go together.
    """
    wheel = Path(to)
    if wheel.suffix != ".whl":
        if sha256:
            raise CliError("--sha256 goes with a wheel; a version is what the index has for it.")
        if not re.fullmatch(r"\d[\w.!+-]*", to):
            raise CliError(f"{to!r} is neither a version nor a wheel's path.")
        return f"{PACKAGE}=={to}"
    if not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise CliError("A wheel needs --sha256, its checksum as 64 hexadecimal digits.")
    if not wheel.is_file():
        raise CliError(f"There is no file {to}.")
    return f"{PACKAGE} @ {wheel.resolve().as_uri()}#sha256={sha256.lower()}"


def install(wanted: str, python: str = sys.executable) -> None:
    """Raises CliError; pip has then said why, and the old version is still there."""
    if _run(python, "-c", _HAS_PIP):
        raise CliError(f"{python} has no pip: upgrade the agent with what installed it.")
    if _run(python, "-m", "pip", "install", "--upgrade", "--no-input", wanted):
        raise CliError("pip did not install it. The agent runs on as it was.")


def restart(folder: Path) -> bool:
    """Restart the agent if systemd runs it; False if it has no unit. Raises CliError."""
    if not (folder / unit.NAME).exists():
        return False
    try:
        failed = _run("systemctl", "try-restart", unit.NAME)
    except FileNotFoundError:
        failed = 1
    if failed:
        raise CliError(f"It is installed, but not running: `systemctl restart {unit.NAME}` failed.")
    return True


def _run(*command: str) -> int:
    return subprocess.run(command, check=False).returncode  # noqa: S603 - of ours alone
