"""Build and deploy the template with the SAM CLI, as for any other AWS account."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from infra.build import stage
from infra.local.stack.control_plane import PYTHON, ROOT, client, credentials
from infra.local.stack.services import StackError

STACK = "novacron"
CONFIG = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]


def build(folder: Path, extras: tuple[str, ...]) -> Path:
    """Stage the code and `sam build` it; returns the built template."""
    stage(extras, native=True)
    target = folder / "sam"
    _sam(
        folder,
        {},
        "build",
        "--template-file",
        str(ROOT / "infra" / "template.yaml"),
        "--build-dir",
        str(target),
        "--cache-dir",
        str(ROOT / "build" / "sam-cache"),
        "--parameter-overrides",
        f"Runtime={PYTHON}",
    )
    return target / "template.yaml"


def deploy(folder: Path, template: Path, port: int, parameters: dict[str, str]) -> dict[str, str]:
    """`sam deploy`; returns the stack's outputs."""
    given = {"Runtime": PYTHON, "Protect": "false", **parameters}
    pairs = [f"{name}={value}" for name, value in given.items() if value]
    _sam(
        folder,
        credentials(port),
        "deploy",
        "--template-file",
        str(template),
        "--parameter-overrides",
        *pairs,
    )
    found = client("cloudformation", port).describe_stacks(StackName=STACK)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}


def _sam(folder: Path, env: dict[str, str], command: str, *options: str) -> None:
    log = folder / "sam.log"
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    with log.open("ab") as output:
        done = subprocess.run(
            [str(ROOT / ".tools/sam/bin/sam"), command, *CONFIG, *options],
            cwd=ROOT,
            env={**os.environ, "PATH": path, "SAM_CLI_TELEMETRY": "0", **env},
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise StackError(f"sam {command} failed; the end of {log}:\n{tail}")
