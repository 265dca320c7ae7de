"""Letters of incidents and of critical items."""
