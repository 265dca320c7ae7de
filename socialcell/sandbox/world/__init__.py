"""The seeded world: its people, places and stories, and the posts they lead to."""
