"""Commands on cases, their answers, closing and routing."""
