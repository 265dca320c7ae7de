"""One file a verb that CLI, daemon and web share."""
