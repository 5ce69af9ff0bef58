"""10,000 VMs listed through each adapter, by the raw SDK and by Apache Libcloud, in one run.

    python -m bench.listing [aws azure gcp libvirt]

A local cloud in this process holds the VMs, put there without a call for each; the clients are in a
copy of it. All sides ask for pages of the same size, where they ask for pages. Ours and the raw SDK
take turns, and ratios compare the least of the rounds; others, and walks that take long, go once.
The first column is of the clock, the cloud's own work included; CPU is of the thread that lists:
what the client's side costs, whatever the cloud takes. MiB: by how much the process grew over the
whole walk. Last, the peak of some pages over that of one. Linux alone tells these peaks.
"""
