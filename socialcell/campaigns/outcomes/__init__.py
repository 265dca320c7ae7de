"""What came of campaigns: figures, attribution, and what would have happened anyway."""
