"""App Store Connect on loopback: the analytics reports of the city's app."""
