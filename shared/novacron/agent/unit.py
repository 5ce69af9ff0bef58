"""The systemd unit (https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html)."""

from __future__ import annotations

from pathlib import Path

NAME = "novacron-agent.service"
FOLDER = Path("/etc/systemd/system")
STATE = Path("/var/lib/novacron-agent")
UNIT = """[Unit]
Description=NovaCron host agent
Wants=network-online.target
After=network-online.target libvirtd.service virtqemud.service

[Service]
ExecStart={command} agent run --state-dir {state}
Restart=always
RestartSec=5
StateDirectory=novacron-agent
StateDirectoryMode=0700
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={state}
PrivateTmp=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6

[Install]
WantedBy=multi-user.target
"""


def install(command: Path, folder: Path = FOLDER, state: Path = STATE) -> Path:
    """Write the unit; nothing is started. Returns its path."""
    target = folder / NAME
    target.write_text(UNIT.format(command=command, state=state))
    return target
