"""The query language, its checks, and platforms' own query languages."""
