"""Operators: adding and confirming them, passwords, roles, sessions, tokens."""
