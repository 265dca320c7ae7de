"""What staff do with cases: for commands, console, API and daemon."""
