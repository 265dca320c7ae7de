"""A mention as it may be shown."""
