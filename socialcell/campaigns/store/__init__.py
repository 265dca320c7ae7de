"""The questions of campaigns to the database; the only place with their SQL."""
