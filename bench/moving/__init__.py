"""Parts of ``bench.transfer`` and ``bench.move``."""
