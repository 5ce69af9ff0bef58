"""Compute Engine v1: one module per resource; importing them fills ROUTES."""

from . import (  # noqa: F401
    addresses,
    advice,
    balancing,
    commitments,
    disks,
    endpoint_groups,
    firewalls,
    images,
    instance_changes,
    instance_disks,
    instance_groups,
    instances,
    networks,
    operation_routes,
    places,
    power,
    reservations,
    snapshots,
)
