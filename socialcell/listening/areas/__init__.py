"""The city's areas, and who owns a problem."""
