"""Creators, coverage, links, outcomes, attribution: the reach of the city."""
