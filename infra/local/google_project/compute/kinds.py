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
HEALTH_CHECKS = Collection("healthChecks", "compute#healthCheck", "global")
BACKEND_SERVICES = Collection("backendServices", "compute#backendService", "global")
REGION_BACKEND_SERVICES = Collection("backendServices", "compute#backendService", "regions")
URL_MAPS = Collection("urlMaps", "compute#urlMap", "global")
HTTP_PROXIES = Collection("targetHttpProxies", "compute#targetHttpProxy", "global")
TCP_PROXIES = Collection("targetTcpProxies", "compute#targetTcpProxy", "global")
TARGET_POOLS = Collection("targetPools", "compute#targetPool", "regions")
TARGET_INSTANCES = Collection("targetInstances", "compute#targetInstance", "zones")
INSTANCE_GROUPS = Collection("instanceGroups", "compute#instanceGroup", "zones")
FORWARDING_RULES = Collection("forwardingRules", "compute#forwardingRule", "regions", labelled=True)
GLOBAL_RULES = Collection("forwardingRules", "compute#forwardingRule", "global", labelled=True)
FIREWALLS = Collection("firewalls", "compute#firewall", "global")
