"""The optional readers of meaning: our transformer, and vectors of texts."""
