"""Commands on reports."""
