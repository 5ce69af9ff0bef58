"""An account of each provider, at a local cloud in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree as ET

from infra.local import aws_account, azure_account, google_project

Account = tuple[dict[str, str], dict[str, str]]
"""Settings and secret."""
AGENT = "agent-cold"
DOMAIN = str(uuid4())
"""The VM that libvirt's test driver has from the start: it keeps no images to make one of."""


@contextmanager
def accounts(folder: Path) -> Iterator[dict[str, Account]]:
    """By provider."""
    with ExitStack() as stack:
        aws = aws_account.start_in_thread(folder / "aws", transition_describes=0)
        stack.callback(aws.stop)
        azure = azure_account.start_in_thread(folder / "azure", transition_describes=0)
        stack.callback(azure.stop)
        google = google_project.start_in_thread(folder / "google", transition_describes=0)
        stack.callback(google.stop)
        yield {
            "agent": ({"agent": AGENT}, {}),
            "aws": (
                {"region": "us-east-1", "endpoint_url": aws.url},
                {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "example"},
            ),
            "azure": _azure(azure),
            "gcp": _google(google),
            "libvirt": ({"uri": f"test://{_node(folder)}", "pool": "default-pool"}, {}),
            "memory": ({}, {}),
        }


def _azure(server: azure_account.Server) -> Account:
    options = server.account.options
    settings = options.settings(server.url, server.ca_file)
    return settings, {"client_secret": options.client_secret}


def _google(server: google_project.Server) -> Account:
    settings = {
        "project": server.project.project_id,
        "region": "us-central1",
        "endpoint_url": server.url,
        "token_uri": f"{server.url}/token",
    }
    return settings, {"service_account_key": json.dumps(server.service_account_key)}


def _node(folder: Path) -> Path:
    """What each process's own copy of the test driver begins with:
    https://libvirt.org/drvtest.html"""
    root = ET.Element("node")
    domain = ET.SubElement(root, "domain", type="test")
    parts = {"name": "cold", "uuid": DOMAIN, "memory": "262144", "vcpu": "1"}
    for name, text in parts.items():
        ET.SubElement(domain, name).text = text
    ET.SubElement(ET.SubElement(domain, "os"), "type").text = "hvm"
    pool = ET.SubElement(root, "pool", type="dir")
    ET.SubElement(pool, "name").text = "default-pool"
    ET.SubElement(ET.SubElement(pool, "target"), "path").text = "/default-pool"
    target = folder / "node.xml"
    target.write_text(ET.tostring(root, encoding="unicode"))
    return target
