"""The Numenta Anomaly Benchmark's cloud metrics: its series, its rules, and who is compared."""
