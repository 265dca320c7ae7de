"""SQL on arriving pages: mentions, authors, deletions, raw payloads."""
