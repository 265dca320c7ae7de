"""Commands on the language reader and its names."""
