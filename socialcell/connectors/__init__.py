"""One file a platform, and base.py; no database here."""
