"""read(texts) -> Readings; no database here."""
