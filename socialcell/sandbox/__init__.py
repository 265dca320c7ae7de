"""A city on loopback: real protocols, a seeded world whose truth is known."""
