"""Google Compute Engine, through google-cloud-compute. Nothing outside this folder imports it."""
