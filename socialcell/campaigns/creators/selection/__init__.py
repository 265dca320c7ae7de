"""Choosing creators: the most people for a budget, with a bound on the optimum."""
