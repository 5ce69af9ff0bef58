"""The host agent: runs beside libvirt, dials out, and carries out what the functions ask."""
