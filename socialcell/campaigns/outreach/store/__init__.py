"""SQL on outreach."""
