"""An in-memory cloud: no network, no money, every fault on demand. It passes the same contract."""
