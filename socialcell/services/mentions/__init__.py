"""Mentions: tagged, searched, labelled, compared; and whose a problem is."""
