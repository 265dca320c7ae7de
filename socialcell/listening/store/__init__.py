"""Listening's SQL: pages (what arrives), tags, questions, areas, digest."""
