"""Trained files and their cards: `open` is free for every use, `nc` is not."""
