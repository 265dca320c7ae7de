"""Mentions, search, engagement, rollups, alerts, influence."""
