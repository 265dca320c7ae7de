"""Google's interfaces on loopback."""
