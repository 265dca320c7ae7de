"""Queries and updates of cases and of what belongs to them."""
