"""Passing a case to the body that owns it, and services by right."""
