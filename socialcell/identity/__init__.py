"""Who acts: operators, their roles, passwords, factors and sessions; API tokens."""
