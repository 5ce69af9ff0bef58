"""Athena over the files of one tenant. It reads with the caller's credentials: each question has
its own, which reach this tenant's files and nothing else."""
