"""SQL of the law's registers."""
