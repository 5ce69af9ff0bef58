"""Migrations of VMs between accounts."""
