"""What a text says: language, intent, topics, sentiment, urgency."""
