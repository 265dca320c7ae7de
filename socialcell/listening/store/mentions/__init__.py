"""SQL on mentions: queries, counts, labels, texts."""
