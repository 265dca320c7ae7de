"""Commands on operators: who may sign in and do what."""
