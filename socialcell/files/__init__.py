"""Files: how they are written whole, and how far those of settings may spread."""
