"""A PMC Care of the sandbox, which takes and writes files and knows what is true."""
