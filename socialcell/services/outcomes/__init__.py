"""Campaigns' outcomes: daily figures, imported outcomes, measured results."""
