"""The smaller platforms on loopback: Apple, Bluesky, Mastodon, Reddit, feeds, chat."""
