"""Outreach to creators: plans approved, steps recorded, posts matched to tags."""
