"""What is shown of mentions: one, a list, a page of the explorer."""
