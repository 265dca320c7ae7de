"""Typed read models of what pages, files and the API show, each with its JSON."""
