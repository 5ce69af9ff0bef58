"""Managed disks, snapshots, images, and the bytes in them.

https://learn.microsoft.com/en-us/azure/virtual-machines/managed-disks-overview
"""
