"""SQL on creators and candidates."""
