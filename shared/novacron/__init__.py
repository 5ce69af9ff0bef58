"""NovaCron Cloud: one API for virtual machines, wherever they run."""

__version__ = "0.1.0"
