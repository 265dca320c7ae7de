"""Feeds of the invented newspapers on loopback: RSS 2.0 and Atom."""
