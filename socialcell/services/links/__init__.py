"""Tracked links: made, counted, drawn as QR codes; installs that name a click."""
