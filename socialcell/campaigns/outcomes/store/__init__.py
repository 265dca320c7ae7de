"""SQL on daily figures and outcomes."""
