"""10,000 VMs listed through each adapter, by the raw SDK and by Apache Libcloud, in one run.

    python -m bench.listing [aws azure gcp libvirt]

A local cloud in this process holds the VMs, put there without a call for each; all sides ask for
pages of the same size. Ours and the raw SDK take turns, and ratios compare the least of the rounds;
others, which may take a minute, go once. The first column is of the clock, the cloud's own work
included; CPU is of the thread that lists: what the client's side costs, whatever the cloud takes.
Memory: the peak of a whole walk over the peak of one page.
"""
