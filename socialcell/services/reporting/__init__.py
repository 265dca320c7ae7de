"""Reports written, mailed, and redacted when what they quote is gone."""
