"""The adapter's parts that need no host; libvirt's own package is needed all the same."""

from __future__ import annotations

import pytest

pytest.importorskip("libvirt")
