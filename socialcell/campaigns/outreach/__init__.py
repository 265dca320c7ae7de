"""Outreach: the states of a tag, the rules for plans, and disclosure."""
