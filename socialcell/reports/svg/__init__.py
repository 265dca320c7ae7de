"""Drawings of web pages: SVG with classes and attributes only, safe by construction."""
