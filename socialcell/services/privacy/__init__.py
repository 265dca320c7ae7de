"""Privacy: requests of people, erasure, retention, and who is shown by name."""
