"""The city's key performance indicators, and their labels."""
