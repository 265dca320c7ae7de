"""The cell's own posts and notices."""
