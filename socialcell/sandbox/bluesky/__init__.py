"""A Bluesky server on loopback: sign-in, search, posts and the writing of posts."""
