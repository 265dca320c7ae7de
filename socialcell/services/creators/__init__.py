"""Creators: the registry, candidates, audiences, and what came of their posts."""
