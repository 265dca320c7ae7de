"""The cell's own posts: drafted, approved, posted once, and withdrawn."""
