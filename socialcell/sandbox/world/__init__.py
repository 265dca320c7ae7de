"""The seeded world: people, places, stories, and what they write."""
