"""SQL on accounts: the registry, erasure, suppression, reveals."""
