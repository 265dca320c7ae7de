"""X: the API, its archive, and posting."""
