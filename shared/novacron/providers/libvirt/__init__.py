"""On-premises hosts under libvirt (https://libvirt.org)."""
