"""Runs and outcomes, claims, coverage, budgets, audit."""
