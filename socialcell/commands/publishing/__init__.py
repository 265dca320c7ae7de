"""Commands on the cell's own posts."""
