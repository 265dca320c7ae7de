"""The incident room: decisions, situation reports, claims, promised updates."""
