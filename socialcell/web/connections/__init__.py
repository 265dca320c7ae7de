"""Limits of every server on its connections, and what is refused by them."""
