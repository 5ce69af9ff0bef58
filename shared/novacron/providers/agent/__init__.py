"""Hosts behind a firewall, through an agent that dials out. Imports no SDK."""
