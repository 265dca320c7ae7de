"""Pages of the incident room: what is said, decided, reported and promised."""
