"""The HTTP servers: webhooks of platforms, tracked links, install postbacks."""
