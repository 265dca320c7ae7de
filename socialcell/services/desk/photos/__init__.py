"""Photos of cases: made anew without what a camera adds; who may see them."""
