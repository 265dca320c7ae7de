"""Commands on creators and candidates."""
