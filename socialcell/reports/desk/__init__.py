"""Letters about cases."""
