"""Between a host (Lambda, Azure, Google Cloud) and the domain: events in, replies out."""
