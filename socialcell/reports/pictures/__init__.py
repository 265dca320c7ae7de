"""Pictures of reports and pages: each says what it shows, its source and its gaps."""
