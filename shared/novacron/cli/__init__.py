"""The ``novacron`` command: the API at a prompt."""
