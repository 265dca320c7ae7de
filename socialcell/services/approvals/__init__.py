"""What waits for a second person, of every kind, as it will stand."""
