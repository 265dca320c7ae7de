"""Outreach: the states of a tag, the rules that a plan keeps, and disclosure."""
