"""Tracked links: their addresses, UTM names, clicks and install postbacks."""
