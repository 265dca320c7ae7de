"""The people of a sandbox city with problems, when the city writes to them."""
