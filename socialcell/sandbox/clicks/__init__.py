"""Who clicks on the tracked links of the seeded world."""
