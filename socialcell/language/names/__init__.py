"""Names in texts: people, places, institutions, and the gazetteer."""
