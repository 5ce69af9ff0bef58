"""Disks that are attached to this machine as block devices: what a worker's agent serves."""
