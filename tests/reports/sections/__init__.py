"""Sections of the weekly report."""
