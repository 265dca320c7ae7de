"""A Mastodon server on loopback: hashtag timelines and statuses."""
