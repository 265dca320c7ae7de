"""Plans: made, shown, exported, and the content calendar."""
