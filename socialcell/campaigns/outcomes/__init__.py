"""Outcomes of campaigns: daily figures, attribution and incremental effects."""
