"""The kinds of resources, and where they live."""

from __future__ import annotations

from ..store import Collection

MACHINE_TYPES = Collection("machineTypes", "compute#machineType", "zones")
DISK_TYPES = Collection("diskTypes", "compute#diskType", "zones")
INSTANCES = Collection("instances", "compute#instance", "zones", labelled=True)
DISKS = Collection("disks", "compute#disk", "zones", labelled=True)
SNAPSHOTS = Collection("snapshots", "compute#snapshot", "global", labelled=True)
ADDRESSES = Collection("addresses", "compute#address", "regions", labelled=True)
IMAGES = Collection("images", "compute#image", "global", labelled=True)
NETWORKS = Collection("networks", "compute#network", "global")
SUBNETWORKS = Collection("subnetworks", "compute#subnetwork", "regions")
ENDPOINT_GROUPS = Collection("networkEndpointGroups", "compute#networkEndpointGroup", "zones")
RESERVATIONS = Collection("reservations", "compute#reservation", "zones")
COMMITMENTS = Collection("commitments", "compute#commitment", "regions")
FIREWALLS = Collection("firewalls", "compute#firewall", "global")
