"""The HTTP API /api/v1: mentions, figures, areas and incidents for other programs."""
