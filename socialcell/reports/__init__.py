"""Numbers and words for people."""
