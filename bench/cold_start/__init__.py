"""From a fresh interpreter to a function's first reply from a local cloud: how long, which SDKs.

    python -m bench.cold_start

The control plane's tables and secrets are moto's, in this process, as are the clouds; a function
runs in an interpreter of its own. Of each provider: ``accounts.validate``, the two states that
look at or change a VM, and the console, which take a new VM's create (libvirt: a VM's stop) through
its course. Of an agent's account the first alone: the others answer ``not_ready`` until it has come
for the command.
"""
