"""Clicks on the tracked links of the seeded world, and how they are sent."""
