"""Reddit's API on loopback: submissions of a subreddit, and search."""
