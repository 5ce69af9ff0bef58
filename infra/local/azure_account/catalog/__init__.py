"""What the location offers: sizes, quotas, marketplace images."""
