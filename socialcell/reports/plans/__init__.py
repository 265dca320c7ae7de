"""Plans as a page and as a calendar file."""
